import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse, Statement } from '../../src/stores/clickhouse/index.ts';
import { LiveWorld } from './live-world.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomWorld } from './worlds.ts';

const world = { ...randomWorld(7, { experiments: 3, streams: 6, cuts: 3 }), rowsAtATime: 1e6 };
let stores: Stores;
let rows: Awaited<ReturnType<typeof storedRows>>;
beforeAll(async () => {
  stores = await openStores();
  await insertRows(stores.clickhouse, world);
  rows = await storedRows(stores.clickhouse);
});
afterAll(async () => {
  await stores.close();
});

/** An engine that has memory for the conversions of so large a share of the units. */
function small(clickhouse: ClickHouse, share: number) {
  const most = BigInt(Math.round(2 ** 52 * share)) * 2n ** 12n;
  let refused = 0;
  const check = ({ sql, params }: Statement) => {
    if (!sql.includes('INSERT INTO touched_conversions')) return;
    const [first, last] = [params?.['first_hash'], params?.['last_hash']];
    if (typeof first !== 'bigint' || typeof last !== 'bigint' || last - first < most) return;
    refused += 1;
    throw new AppError('limit-exceeded', 'ClickHouse stopped the statement at its limit of memory.');
  };
  return {
    refused: () => refused,
    clickhouse: {
      ...{ stream: clickhouse.stream.bind(clickhouse), insert: clickhouse.insert.bind(clickhouse) },
      ...{ ping: clickhouse.ping.bind(clickhouse), close: clickhouse.close.bind(clickhouse) },
      query: clickhouse.query.bind(clickhouse),
      command: async (statement: Statement) => {
        check(statement);
        await clickhouse.command(statement);
      },
    } satisfies ClickHouse,
  };
}

describe('a cycle whose statements exceed their limit of memory', () => {
  it('is done in smaller ranges of units', async () => {
    const live = new LiveWorld(world, stores, rows);
    await live.begin();
    const { clickhouse, refused } = small(stores.clickhouse, 1 / 10);
    const attributor = live.attributor('small', { ...stores, clickhouse });
    const faults: string[] = [];
    for (const index of world.cuts.keys()) {
      live.advance(index);
      while ((await attributor.step()) !== 'idle');
      faults.push(...(await live.faults()));
    }
    await attributor.close();
    expect(faults.slice(0, 20)).toEqual([]);
    // Of one range and of four, each time.
    expect(refused()).toBeGreaterThanOrEqual(2);
  }, 120_000);

  it('fails, and is tried again, where even few units are too much', async () => {
    const live = new LiveWorld(world, stores, rows);
    await live.begin();
    live.advance(0);
    const patient = live.attributor('patient');
    while ((await patient.step()) !== 'idle');
    await patient.close();
    live.advance(1);
    const { clickhouse } = small(stores.clickhouse, 0);
    const attributor = live.attributor('too small', { ...stores, clickhouse });
    await expect(attributor.step()).rejects.toMatchObject({ code: 'limit-exceeded' });
    await attributor.close();
    const next = live.attributor('large enough');
    while ((await next.step()) !== 'idle');
    await next.close();
    expect(await live.faults()).toEqual([]);
  }, 120_000);
});
