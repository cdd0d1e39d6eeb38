import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import type { ClickHouse, Statement } from '../../src/stores/clickhouse/index.ts';
import { experiment, impression, order, START, spend } from './experiments.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});

it('asks nothing of experiments that new rows cannot touch', async () => {
  const [busy, idle] = [experiment('busy', [spend()]), experiment('idle', [spend()])];
  const asked: string[] = [];
  const note = (statement: Statement) => asked.push(String(statement.params?.['environment'] ?? ''));
  const { clickhouse } = stores;
  const watched: ClickHouse = {
    query: (statement) => {
      note(statement);
      return clickhouse.query(statement);
    },
    command: (statement) => {
      note(statement);
      return clickhouse.command(statement);
    },
    stream: (statement) => clickhouse.stream(statement),
    insert: (block) => clickhouse.insert(block),
    ping: () => clickhouse.ping(),
    close: () => clickhouse.close(),
  };
  let through = START;
  const attributor = new Attributor({
    ...{ clickhouse: watched, postgres: stores.postgres, logger: pino({ level: 'silent' }) },
    ...{ holder: 'one', sole: true, reconcileEveryMs: 0, passOverEveryMs: 0 },
    watermark: async () => new Date(through),
    plans: async () => [busy, idle],
  });
  while ((await attributor.step()) !== 'idle');
  await insertRows(clickhouse, {
    impressions: [impression('busy', '1', { receivedAt: START + 1 })],
    conversions: [order('busy', '1', 7, { receivedAt: START + 1 })],
  });
  through = START + 2;
  asked.length = 0;
  expect(await attributor.step()).toBe('cycle');
  expect(asked).toContain('busy');
  expect(asked).not.toContain('idle');
  const units = async (key: string) =>
    (await new LiveMoments(stores).read(key))?.units.map((row) => row.units);
  expect(await units('busy')).toEqual([1]);
  expect(await units('idle')).toEqual([]);
  await attributor.close();
});
