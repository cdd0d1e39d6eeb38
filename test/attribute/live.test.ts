import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { differences } from './compare.ts';
import { attributionOf } from './model.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomWorld, type World } from './worlds.ts';

const logger = pino({ level: 'silent' });
const WORLDS = Number(process.env['ASSAY_WORLDS'] ?? 4);
const SIZE = { experiments: 4, streams: 5, cuts: 8 };

let stores: Stores;
let rows: Awaited<ReturnType<typeof storedRows>>;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});

describe('live moments over random streams of late, repeated, disordered and conflicting events', () => {
  it('are at every watermark what the model says, whenever an experiment joined (I2)', async () => {
    const worlds = Array.from({ length: WORLDS }, (_, seed) => randomWorld(seed, SIZE));
    await insertWorlds(worlds);
    const faults: string[] = [];
    for (const world of worlds) faults.push(...(await faultsOf(world)));
    expect(faults.slice(0, 20)).toEqual([]);
  }, 600_000);
});

async function insertWorlds(worlds: readonly World[]): Promise<void> {
  await insertRows(stores.clickhouse, {
    impressions: worlds.flatMap((world) => world.impressions),
    conversions: worlds.flatMap((world) => world.conversions),
  });
  rows = await storedRows(stores.clickhouse);
}

/** Goes from cut to cut; every second experiment is begun later than the rows of others have come. */
async function faultsOf(world: World): Promise<string[]> {
  let cut = 0;
  let begun: readonly ExperimentPlan[] = [];
  await stores.postgres.query("UPDATE attribution_builds SET state = 'retired'");
  await stores.postgres.query('UPDATE attribution_shards SET through = 0');
  const attributor = new Attributor({
    ...stores,
    logger,
    watermark: async () => new Date(cut),
    plans: async () => begun,
    holder: world.environment,
    reconcileEveryMs: 0,
  });
  const live = new LiveMoments(stores);
  const faults: string[] = [];
  for (const [index, at] of world.cuts.entries()) {
    cut = at;
    begun = world.plans.filter((_, number) => number % 2 === 0 || index >= number);
    while ((await attributor.step()) !== 'idle');
    for (const plan of begun) faults.push(...(await faultsOfLive(live, plan, at)));
  }
  await attributor.close();
  return faults;
}

async function faultsOfLive(live: LiveMoments, plan: ExperimentPlan, cut: number): Promise<string[]> {
  const actual = await live.read(plan.key);
  if (actual === null) return [`${plan.key}: no live moments`];
  const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
  const expected = attributionOf(
    plan,
    {
      impressions: rows.impressions.get(plan.environment) ?? [],
      conversions: rows.conversions.get(plan.environment) ?? [],
    },
    {
      dataThrough: cut,
      segment: [],
      centreOf: (metric) => centres.get(metric) ?? [],
      capsInForce: new Map(actual.parameters.map(({ metric, caps }) => [metric, caps])),
    },
  );
  // Told as they were counted last.
  const { duplicateEvents, conversionsOfOtherUnitTypes } = actual.exclusions;
  Object.assign(expected.exclusions, { duplicateEvents, conversionsOfOtherUnitTypes });
  expected.caps.clear();
  const through = actual.dataThrough.getTime() === cut ? [] : [`through ${actual.dataThrough.toISOString()}`];
  return [
    ...through,
    ...differences(actual, {
      ...expected,
      caps: new Map(actual.parameters.map(({ metric, caps }) => [metric, { ...caps }])),
    }),
  ].map((fault) => `${plan.key} at ${cut}: ${fault}`);
}
