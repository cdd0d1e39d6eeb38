import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AssignmentOverlaps, type TestedPair } from '../../src/decide/assignment-overlaps.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openTestStore, TestClock, type TestStore } from '../access/fixture.ts';

let store: TestStore;
let clock: TestClock;
let logged: string[];
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = new TestClock('2026-03-01T00:00:00Z');
  logged = [];
  for (const table of ['assignment_overlaps', 'overlap_tests', 'experiments'])
    await store.postgres.query(`DELETE FROM ${table}`);
  for (const key of ['banner', 'checkout', 'search']) await run(key);
});

async function run(key: string, status = 'running'): Promise<void> {
  const definition = { key, environment: 'production', flag: `${key}-flag` };
  await store.postgres.query(
    `INSERT INTO experiments (key, definition, status, revision, created_at, updated_at)
     VALUES ($1, $2, $3, 1, now(), now()) ON CONFLICT (key) DO UPDATE SET status = excluded.status`,
    [key, JSON.stringify(definition), status],
  );
}

const overlaps = (postgres: Postgres = store.postgres) =>
  new AssignmentOverlaps({
    ...{ postgres, now: clock.now },
    logger: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
  });
const pair = (
  first: string,
  second: string,
  logE: number,
  changes: Partial<TestedPair> = {},
): TestedPair => ({
  ...{ first, second, firstEpoch: 1, secondEpoch: 1, halvings: 0, logE, units: 500 },
  ...changes,
});
/** ln of what the k-th pair of an environment has to reach. */
const needed = (k: number) => Math.log((1000 * Math.PI ** 2 * k ** 2) / 6);

describe('pairs of experiments', () => {
  it('are warned of, both of them, where the evidence reaches what their turn has to', async () => {
    const tested = overlaps();
    expect(await tested.save('production', [pair('banner', 'checkout', needed(1) - 0.01)])).toEqual([]);
    expect(await tested.of('banner', 1)).toEqual([]);
    const shown = await tested.save('production', [
      pair('banner', 'checkout', needed(1) + 0.01),
      pair('checkout', 'search', needed(2) - 0.01),
    ]);
    expect(shown).toEqual(['banner', 'checkout']);
    const [warning] = await tested.of('checkout', 1);
    expect(warning).toMatchObject({ flag: 'banner-flag', experiment: 'banner', units: 500 });
    expect(warning?.p).toBeCloseTo(Math.exp(-needed(1) - 0.01), 12);
    expect(warning?.p).toBeLessThanOrEqual(warning?.alpha ?? 0);
    expect((await tested.of('banner', 1)).map(({ flag }) => flag)).toEqual(['checkout-flag']);
    expect(await tested.of('search', 1)).toEqual([]);
    // Other environments have an alpha of their own, and no pair is new twice.
    expect(await tested.save('staging', [pair('banner', 'search', needed(1) + 0.01)])).toHaveLength(2);
    expect(await tested.save('production', [pair('banner', 'checkout', 99)])).toEqual([]);
  });

  it('stay warned of, by the most that was ever shown, until an epoch or the experiment is over', async () => {
    const tested = overlaps();
    await tested.save('production', [pair('banner', 'checkout', 30)]);
    await tested.save('production', [pair('banner', 'checkout', 2, { units: 900 })]);
    clock.advance(10_000);
    expect(await tested.of('banner', 1)).toMatchObject([{ p: Math.exp(-30), units: 900 }]);
    expect(await tested.of('banner', 2)).toEqual([]);
    await run('checkout', 'stopped');
    expect(await tested.of('banner', 1)).toHaveLength(1);
    clock.advance(10_000);
    expect(await tested.of('banner', 1)).toEqual([]);
    await tested.save('production', [pair('banner', 'search', 0)]);
    const left = await store.postgres.query<{ second: string }>('SELECT second FROM assignment_overlaps');
    expect(left.map(({ second }) => second)).toEqual(['search']);
  });

  it('in another sample are another test; of several the best one is told', async () => {
    const tested = overlaps();
    await tested.save('production', [
      pair('banner', 'checkout', 40),
      pair('banner', 'checkout', 60, { halvings: 2 }),
      pair('banner', 'checkout', 50, { secondEpoch: 2 }),
      pair('banner', 'search', 70),
    ]);
    expect((await tested.of('banner', 1)).map(({ flag, p }) => [flag, p])).toEqual([
      ['search-flag', Math.exp(-70)],
      ['checkout-flag', Math.exp(-60)],
    ]);
    const rows = await store.postgres.query<{ alpha: number }>(
      'SELECT alpha FROM assignment_overlaps ORDER BY alpha DESC',
    );
    for (const [index, { alpha }] of rows.entries())
      expect(alpha).toBeCloseTo((0.001 * 6) / (Math.PI ** 2 * (index + 1) ** 2), 15);
    expect(rows).toHaveLength(4);
  });

  it('are no warning where they cannot be read, and what was read last stays', async () => {
    let broken = false;
    const tested = overlaps({
      ...store.postgres,
      query: (sql, params) =>
        broken ? Promise.reject(new Error('gone')) : store.postgres.query(sql, params),
    } as Postgres);
    await overlaps().save('production', [pair('banner', 'checkout', 30)]);
    expect(await tested.of('banner', 1)).toHaveLength(1);
    broken = true;
    clock.advance(10_000);
    expect(await tested.of('banner', 1)).toHaveLength(1);
    expect(logged.join()).toMatch(/could not be read/);
  });

  it('by two processes at once are counted one after the other', async () => {
    await Promise.all([
      overlaps().save('production', [pair('banner', 'checkout', 1)]),
      overlaps().save('production', [pair('banner', 'search', 1)]),
      overlaps().save('production', [pair('checkout', 'search', 1), pair('banner', 'search', 1)]),
    ]);
    const [row] = await store.postgres.query<{ last: number; alphas: number }>(
      `SELECT (SELECT last FROM overlap_tests WHERE environment = 'production') AS last,
              (SELECT count(DISTINCT alpha)::int FROM assignment_overlaps) AS alphas`,
    );
    expect(row).toEqual({ last: 3, alphas: 3 });
  });
});
