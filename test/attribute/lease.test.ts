import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interrupted } from './interrupted.ts';
import { LiveWorld } from './live-world.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomWorld } from './worlds.ts';

const world = randomWorld(2, { experiments: 2, streams: 3, cuts: 4 });
const MINUTE = 60_000;

let stores: Stores;
let live: LiveWorld;
beforeAll(async () => {
  stores = await openStores();
  await insertRows(stores.clickhouse, world);
  live = new LiveWorld(world, stores, await storedRows(stores.clickhouse));
});
afterAll(async () => {
  await stores.close();
});

describe('the lease of attribution', () => {
  it('is held by one of two, until that one lets go', async () => {
    await live.begin();
    live.advance(0);
    const [first, second] = [live.attributor('first'), live.attributor('second')];
    expect(await first.step()).not.toBe('elsewhere');
    expect(await second.step()).toBe('elsewhere');
    expect(await first.step()).not.toBe('elsewhere');
    await first.close();
    expect(await second.step()).not.toBe('elsewhere');
    await second.close();
  });

  it('leaves no tables of memory behind, neither when it is let go nor when its holder died', async () => {
    const tables = async () =>
      (
        await stores.clickhouse.query<{ name: string; rows: string }>({
          sql: "SELECT name, toString(total_rows) AS rows FROM system.tables WHERE name LIKE 'touched%' ORDER BY name",
          limits: { maxSeconds: 5, maxMemoryBytes: 1e8 },
        })
      ).map(({ name, rows }) => [name.replace(/\d+$/, ''), rows]);
    const kinds = ['changes', 'conversions', 'flags', 'impressions', 'names', 'pairs'];
    const empty = [...kinds.map((kind) => `ahead_${kind}`), ...kinds].map((name) => [
      `touched_${name}_`,
      '0',
    ]);
    await live.begin();
    const dead = live.attributor('dead');
    for (const index of world.cuts.keys()) {
      live.advance(index);
      while ((await dead.step()) !== 'idle');
    }
    expect(await tables()).toEqual(empty);
    await live.expireLease();
    const next = live.attributor('next');
    await next.step();
    expect(await tables()).toEqual(empty);
    await next.close();
    expect(await tables()).toEqual([]);
  });

  it('lasts as long as a step does where nobody else takes it', async () => {
    await live.begin();
    let now = 0;
    // Each statement takes a minute, which is longer than the lease.
    const slow = interrupted(stores, async ({ inTransaction }) => {
      now += MINUTE;
      if (!inTransaction) await live.expireLease();
    });
    const attributor = live.attributor('slow', slow, () => now);
    for (const index of world.cuts.keys()) {
      live.advance(index);
      while ((await attributor.step()) !== 'idle');
      expect(await live.faults()).toEqual([]);
    }
    await attributor.close();
  });
});
