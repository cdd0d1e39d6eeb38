import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attributor, LiveMoments, Upkeep } from '../../src/attribute/index.ts';
import { LiveWorld } from './live-world.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomWorld } from './worlds.ts';

const world = randomWorld(1, { experiments: 3, streams: 5, cuts: 5 });
const [first, second] = world.plans.map(({ key }) => key) as [string, string];
const limits = { maxSeconds: 10, maxMemoryBytes: 1e9 };

let stores: Stores;
let live: LiveWorld;
let upkeep: Upkeep;
let attributor: Attributor;
beforeAll(async () => {
  stores = await openStores();
  await insertRows(stores.clickhouse, world);
  live = new LiveWorld(world, stores, await storedRows(stores.clickhouse));
  upkeep = new Upkeep(stores.postgres);
  attributor = live.attributor('the only one');
  for (const index of world.cuts.keys()) {
    live.advance(index);
    await untilIdle();
  }
});
afterAll(async () => {
  await attributor.close();
  await stores.close();
});

async function untilIdle(): Promise<void> {
  while ((await attributor.step()) !== 'idle');
}

describe('a verification', () => {
  it('finds that live moments are what raw rows give', async () => {
    expect(await upkeep.describe(first)).toMatchObject({
      live: { verifiedAt: null, largestDifference: null },
    });
    await upkeep.verifyAll();
    expect(await upkeep.describe(first)).toMatchObject({ live: { verificationAsked: true } });
    await untilIdle();
    for (const { key } of world.plans) {
      const { live: build } = await upkeep.describe(key);
      expect(build).toMatchObject({ untrusted: false, verificationAsked: false, rebuildAsked: false });
      expect(build?.verifiedAt).toBeInstanceOf(Date);
      expect(build?.verifiedThrough).toBe(world.cuts.at(-1));
      expect(build?.largestDifference).toBeLessThan(1e-12);
    }
    const { provenance } = (await new LiveMoments(stores).read(first)) ?? {};
    expect(provenance).toMatchObject({ source: 'moments', untrusted: false, verifiedAt: expect.any(Date) });
  });

  it.each([
    ['a sum', 'n, s1', 'n - n, abs(s1) * 1e-6 + 1e-6', 's1 != 0'],
    ['a product', 'n, p11', 'n - n, abs(p11) * 1e-6 + 1e-6', 's1 != 0'],
    ['a count', 'n', '1', "metric = '' AND excluded = ''"],
    ['a bin', 'n', '1', 'bin != 0'],
  ])('finds %s that is not, says so, and has the moments made anew', async (_, columns, values, rows) => {
    const before = (await upkeep.describe(second)).live?.id ?? 0;
    await stores.clickhouse.command({
      sql: `INSERT INTO moments (build, epoch, is_new, cohort_day, variant, metric, excluded, bin, cycle, ${columns})
        SELECT build, epoch, is_new, cohort_day, variant, metric, excluded, bin, cycle, ${values}
        FROM moments WHERE build = ${before} AND ${rows} AND n > 0 ORDER BY metric, epoch, cohort_day, variant LIMIT 1`,
      limits,
    });
    await upkeep.verify(second);
    // The step that finds it does not make the new build yet.
    while ((await upkeep.describe(second)).live?.verificationAsked) await attributor.step();
    const { live: found } = await upkeep.describe(second);
    expect(found).toMatchObject({ id: before, untrusted: true, rebuildAsked: true });
    expect(found?.largestDifference).toBeGreaterThan(1e-9);
    expect(found?.differenceAt).toMatch(/of epoch \d/);
    expect((await new LiveMoments(stores).read(second))?.provenance.untrusted).toBe(true);

    await untilIdle();
    const { live: anew } = await upkeep.describe(second);
    expect(anew?.id).toBeGreaterThan(before);
    expect(anew).toMatchObject({ untrusted: false, largestDifference: null });
    expect(await live.faults()).toEqual([]);
  });

  it('is refused where there are no live moments', async () => {
    await expect(upkeep.verify('unheard-of')).rejects.toMatchObject({ code: 'conflict' });
    await expect(upkeep.rebuild('unheard-of')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a rebuild', () => {
  it('takes the place of the live build when it has caught up, and the same comes out', async () => {
    const before = (await upkeep.describe(first)).live?.id ?? 0;
    await upkeep.rebuild(first);
    await attributor.step();
    expect(await upkeep.describe(first)).toMatchObject({ live: { id: before }, building: { progress: 0 } });
    await untilIdle();
    const { live: after, building } = await upkeep.describe(first);
    expect(building).toBeNull();
    expect(after?.id).toBeGreaterThan(before);
    expect(await live.faults()).toEqual([]);
  });

  it('leaves nothing of the builds before it, once they were retired for long', async () => {
    await upkeep.rebuild(first);
    await untilIdle();
    const rowsOfRetired = async () => {
      const retired = await stores.postgres.query<{ id: number }>(
        "SELECT id FROM attribution_builds WHERE state IN ('retired', 'removed')",
      );
      expect(retired.length).toBeGreaterThan(0);
      const [found] = await stores.clickhouse.query<{ n: string }>({
        sql: `SELECT (SELECT count() FROM moments WHERE build IN {ids:Array(UInt32)})
          + (SELECT count() FROM assignments WHERE build IN {ids:Array(UInt32)}) AS n`,
        params: { ids: retired.map(({ id }) => id) },
        limits,
      });
      return Number(found?.n);
    };
    expect(await rowsOfRetired()).toBeGreaterThan(0);
    await stores.postgres.query("UPDATE attribution_builds SET retired_at = retired_at - interval '1 hour'");
    const later = live.attributor('a later one', stores);
    await live.expireLease();
    while ((await later.step()) !== 'idle');
    await later.close();
    expect(await rowsOfRetired()).toBe(0);
    expect(await live.faults()).toEqual([]);
  });
});
