import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Recomputation, type RecomputationOptions } from '../../src/attribute/index.ts';
import { differences } from './compare.ts';
import { attributionOf } from './model.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomTrial, replayed, type Trial } from './streams.ts';

const logger = pino({ level: 'silent' });
const TRIALS = Number(process.env['ASSAY_TRIALS'] ?? 100);
const STREAMS_OF_TRIAL = 10;
const smallSlices = { impressions: 100, conversions: 200, listed: 3 };

let stores: Stores;
let trials: Trial[];
beforeAll(async () => {
  stores = await openStores();
  trials = Array.from({ length: TRIALS }, (_, seed) => randomTrial(seed, STREAMS_OF_TRIAL));
  await insertAll(trials);
});
afterAll(async () => {
  await stores.close();
});

describe('recomputation over random streams of late, repeated, disordered and conflicting events', () => {
  it('counts each event exactly once, where it belongs, as the model does (I1)', async () => {
    const faults = await faultsOf(trials);
    expect(faults.slice(0, 20)).toEqual([]);
  }, 300_000);

  it('gives the same in slices, whether repeated units are listed or asked for', async () => {
    const faults = await faultsOf(trials.slice(0, 10), { slice: smallSlices });
    expect(faults.slice(0, 20)).toEqual([]);
  }, 120_000);

  it('gives the same for any order, repetition and replay of the rows (I3)', async () => {
    const again = trials.slice(0, 15).map((trial, index) => replayed(trial, index));
    const halves = again.map((trial) => [0, 1].map((half) => halfOf(trial, half)));
    await insertAll(halves.flatMap(([first]) => first ?? []));
    await insertAll(halves.flatMap(([, second]) => second ?? []));
    const recomputation = new Recomputation({ ...stores, logger });
    for (const [index, trial] of again.entries()) {
      const original = trials[index];
      if (original === undefined) continue;
      const before = await run(recomputation, original);
      const after = await run(recomputation, trial);
      const { duplicateEvents: few, ...exclusions } = before.exclusions;
      const { duplicateEvents: many, ...exclusionsAfter } = after.exclusions;
      expect(exclusionsAfter).toEqual(exclusions);
      expect(many).toBeGreaterThan(few);
      expect(sorted(after.units)).toEqual(sorted(before.units));
    }
    // Moments around a centre of their own: the model, asked of the rows as they were, says what they are.
    const faults = await faultsOf(again);
    expect(faults.slice(0, 20)).toEqual([]);
  }, 120_000);
});

function halfOf(trial: Trial, half: number): Trial {
  const part = <Row>(rows: readonly Row[]) => rows.filter((_, index) => index % 2 === half);
  return { ...trial, impressions: part(trial.impressions), conversions: part(trial.conversions) };
}

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function insertAll(all: readonly Trial[]) {
  await insertRows(stores.clickhouse, {
    impressions: all.flatMap((trial) => trial.impressions),
    conversions: all.flatMap((trial) => trial.conversions),
  });
}

function run(recomputation: Recomputation, { plan, dataThrough, segment }: Trial) {
  return recomputation.run(plan, { dataThrough: new Date(dataThrough), segment });
}

async function faultsOf(
  all: readonly Trial[],
  options: Pick<RecomputationOptions, 'slice'> = {},
): Promise<string[]> {
  const stored = await storedRows(stores.clickhouse);
  const recomputation = new Recomputation({ ...stores, logger, ...options });
  const faults: string[] = [];
  for (const trial of all) {
    const { plan, dataThrough, segment } = trial;
    const actual = await run(recomputation, trial);
    const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
    const expected = attributionOf(
      plan,
      {
        impressions: stored.impressions.get(plan.environment) ?? [],
        conversions: stored.conversions.get(plan.environment) ?? [],
      },
      { dataThrough, segment, centreOf: (metric) => centres.get(metric) ?? [] },
    );
    faults.push(...differences(plan, actual, expected).map((fault) => `${plan.environment}: ${fault}`));
  }
  return faults;
}
