import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/index.ts';
import { Catalogue } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import { FlagWideLoop } from '../../src/flag-wide/index.ts';
import { TestClock } from '../access/fixture.ts';
import { insertRows } from '../attribute/raw-rows.ts';
import { openStores, type Stores } from '../attribute/stores.ts';
import { by } from '../catalogue/fixture.ts';

const HOUR = 3_600_000;
const logger = pino({ level: 'silent' });
let stores: Stores;
let catalogue: Catalogue;
let clock: TestClock;
let environments = 0;
let environment: string;

beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  environments += 1;
  environment = `env-${environments}`;
  clock = new TestClock(`2026-03-0${environments}T00:00:00Z`);
  const { postgres } = stores;
  catalogue = new Catalogue({ postgres, audit: new AuditLog(postgres), clock: clock.now, logger });
  await catalogue.environments.create(by, { key: environment });
  const source = { event: 'error' };
  if (environments === 1) await catalogue.metrics.create(by, { type: 'proportion', key: 'error', source });
  await guard([{ metric: 'error', margin: { kind: 'relative', value: 0.2 } }], null);
});

const guard = (guardrails: readonly object[], precondition: 'any' | null = 'any') =>
  catalogue.flagGuardrails.replace(by, environment, precondition, { guardrails: guardrails as never });
const flag = (key: string) =>
  catalogue.flags.create(by, {
    ...{ environment, key, variants: ['control', 'treatment', 'other'].map((variant) => ({ key: variant })) },
    allocation: { control: 'control', weights: { control: 1, treatment: 1, other: 0 } },
  });
const loop = (over: Pick<Stores, 'clickhouse'> = stores) =>
  new FlagWideLoop({ catalogue, clickhouse: over.clickhouse, logger, now: clock.now });
const implicit = async () => {
  const { items } = await catalogue.experiments.list({ limit: 1000 }, { environment, implicit: true });
  return items.map(({ key, status }) => `${key} ${status}`);
};

let met = 0;
/** An impression of each variant, received now. */
function meet(
  name: string,
  variants: readonly string[],
  { reason = '', unitType = 'user' } = {},
): Promise<void> {
  met += 1;
  const at = clock.now().getTime();
  const impressions = variants.map((variant) => ({
    ...{ environment, unitType, unitId: `u${met}-${variant}`, unitTypes: [unitType], ts: at, id: `i${met}` },
    ...{ attributes: {}, name, variant, reason, flagVersion: '', receivedAt: at },
  }));
  return insertRows(stores.clickhouse, { impressions, conversions: [] });
}

describe('the loop of flag-wide guardrails', () => {
  it('begins an implicit experiment where units of its type meet two declared variants, and nowhere else', async () => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) await flag(key);
    await meet('a', ['control', 'treatment']);
    await meet('b', ['control']);
    await meet('c', ['control', 'undeclared']);
    await meet('d', ['control', 'treatment'], { reason: 'error' });
    await meet('e', ['control', 'treatment'], { unitType: 'device' });
    await loop().turn();
    expect(await implicit()).toEqual(['flag:a running']);
    await meet('b', ['other'], { reason: 'cached' });
    await loop().turn();
    await loop().turn();
    expect(await implicit()).toEqual(['flag:a running', 'flag:b running']);
  });

  it('takes variants that were met long ago, or before the last experiment ended, for nothing', async () => {
    await flag('old');
    await meet('old', ['treatment']);
    clock.advance(25 * HOUR);
    await meet('old', ['control']);
    await loop().turn();
    expect(await implicit()).toEqual([]);
    const arms = ['control', 'treatment'].map((variant) => ({ variant, weight: 1 }));
    await catalogue.experiments.create(by, {
      key: 'between',
      environment,
      flag: 'old',
      control: 'control',
      arms,
    });
    await catalogue.start(by, 'between');
    clock.advance(HOUR);
    await meet('old', ['control', 'treatment']);
    await loop().turn();
    expect(await implicit()).toEqual([]);
    await catalogue.stop(by, 'between');
    await loop().turn();
    expect(await implicit()).toEqual([]);
    clock.advance(1000);
    await meet('old', ['control', 'treatment']);
    await loop().turn();
    expect(await implicit()).toEqual(['flag:old running']);
  });

  it('ends them with the last guardrail, and begins others when there are some again', async () => {
    await flag('again');
    await meet('again', ['control', 'treatment']);
    const one = loop();
    await one.turn();
    clock.advance(HOUR);
    await guard([]);
    await one.turn();
    expect(await implicit()).toEqual(['flag:again stopped']);
    await guard([{ metric: 'error', margin: { kind: 'relative', value: 0.1 } }]);
    clock.advance(5000);
    await meet('again', ['control', 'treatment']);
    await one.turn();
    expect(await implicit()).toEqual(['flag:again stopped', 'flag:again:2 running']);
  });

  it('remembers a variant that was met before, and not one that was met a day ago', async () => {
    await flag('seldom');
    const one = loop();
    await meet('seldom', ['treatment']);
    await one.turn();
    clock.advance(25 * HOUR);
    await meet('seldom', ['control']);
    await one.turn();
    expect(await implicit()).toEqual([]);
    clock.advance(23 * HOUR);
    await meet('seldom', ['treatment']);
    await one.turn();
    expect(await implicit()).toEqual(['flag:seldom running']);
  });

  it('begins one only, however many look', async () => {
    await flag('once');
    await meet('once', ['control', 'treatment']);
    await Promise.all([loop().turn(), loop().turn(), loop().turn()]);
    expect(await implicit()).toEqual(['flag:once running']);
  });

  it('goes through all flags, some at a time, and asks the store of impressions once in five seconds', async () => {
    const flags = Array.from({ length: 800 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (let from = 0; from < flags.length; from += 500)
      await stores.postgres.query(
        `INSERT INTO catalogue_entries (kind, id, definition, revision, created_at, updated_at)
         SELECT 'flags', $1 || '/' || key, $2::jsonb || jsonb_build_object('key', key), 1, now(), now()
         FROM unnest($3::text[]) AS key`,
        [
          environment,
          JSON.stringify({
            ...{ environment, variants: [{ key: 'control' }, { key: 'treatment' }] },
            allocation: { control: 'control', weights: { control: 1, treatment: 1 } },
          }),
          flags.slice(from, from + 500),
        ],
      );
    await meet('many-000', ['control', 'treatment']);
    await meet('many-799', ['control', 'treatment']);
    let asked = 0;
    const { clickhouse } = stores;
    const counting = {
      clickhouse: {
        ...{ stream: clickhouse.stream, insert: clickhouse.insert, command: clickhouse.command },
        ...{ ping: clickhouse.ping, close: clickhouse.close },
        query: (<Row>(statement: Parameters<typeof clickhouse.query>[0]) => {
          asked += 1;
          return clickhouse.query<Row>(statement);
        }) as typeof clickhouse.query,
      },
    };
    const one = loop(counting);
    await one.turn();
    expect([await implicit(), asked]).toEqual([['flag:many-000 running'], 1]);
    await one.turn();
    expect(await implicit()).toEqual(['flag:many-000 running', 'flag:many-799 running']);
    expect(asked).toBe(1);
    clock.advance(5000);
    await one.turn();
    expect(asked).toBe(2);
  });
});

describe('what fails', () => {
  const place = (key: string) => ({
    ...{ environment: 'e', flag: key, unitType: 'user', variants: ['a', 'b'], since: null },
  });
  const rows = ['one', 'two', 'three'].flatMap((key) =>
    ['a', 'b'].map((variant) => ({
      ...{ environment: 'e', flag: key, unit_type: 'user', variant },
      last: '1',
    })),
  );

  it('keeps nothing else from being done, and is tried again after all others', async () => {
    const done: string[] = [];
    const keys = Array.from({ length: 150 }, (_, index) => `x-${String(index).padStart(3, '0')}`);
    const flagWide = {
      behind: async (after: string | null, most: number) =>
        keys.filter((key) => after === null || key > after).slice(0, most),
      follow: async (key: string) => {
        done.push(key);
        throw new Error('it is broken');
      },
      unwatched: async () => ({ flags: ['one', 'two', 'three'].map(place), last: null }),
      begin: async ({ flag: key }: { flag: string }) => {
        done.push(key);
        throw key === 'one' ? new AppError('conflict', 'taken') : new Error('it is broken');
      },
    };
    const one = new FlagWideLoop({
      ...{ catalogue: { flagWide: flagWide as never }, logger, now: () => new Date(2) },
      clickhouse: { query: async () => rows } as never,
    });
    expect(await one.turn()).toBe(true);
    expect(done).toEqual([...keys.slice(0, 100), 'one', 'two', 'three']);
    expect(await one.turn()).toBe(false);
    expect(done.slice(103)).toEqual([...keys.slice(100), 'one', 'two', 'three']);
    await one.turn();
    expect(done.slice(156, 157)).toEqual(['x-000']);
  });
});
