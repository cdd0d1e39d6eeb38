import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Recomputation } from '../../src/attribute/index.ts';
import { differences } from './compare.ts';
import { attributionOf } from './model.ts';
import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import { randomStream, replayed, type Stream } from './streams.ts';

const logger = pino({ level: 'silent' });
const STREAMS = Number(process.env['ASSAY_STREAMS'] ?? 1000);

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(async () => {
  await stores.close();
});

describe('recomputation from raw rows', () => {
  it('equals the model over random streams of late, repeated, disordered and conflicting events (I1)', async () => {
    const streams = Array.from({ length: STREAMS }, (_, seed) => randomStream(seed));
    await insertAll(streams);
    const faults = await faultsOf(streams, {});
    expect(faults.slice(0, 20)).toEqual([]);
  }, 200_000);
});

async function insertAll(streams: readonly Stream[]) {
  await insertRows(stores.clickhouse, {
    impressions: streams.flatMap((stream) => stream.impressions),
    conversions: streams.flatMap((stream) => stream.conversions),
  });
}

async function faultsOf(streams: readonly Stream[], options: object): Promise<string[]> {
  const stored = await storedRows(stores.clickhouse);
  const recomputation = new Recomputation({ ...stores, logger, ...options });
  const faults: string[] = [];
  for (const { plan, dataThrough, segment } of streams) {
    const actual = await recomputation.run(plan, { dataThrough: new Date(dataThrough), segment });
    const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
    const expected = attributionOf(
      plan,
      {
        impressions: stored.impressions.get(plan.environment) ?? [],
        conversions: stored.conversions.get(plan.environment) ?? [],
      },
      { dataThrough, segment, centreOf: (metric) => centres.get(metric) ?? [] },
    );
    faults.push(...differences(actual, expected).map((fault) => `${plan.environment}: ${fault}`));
  }
  return faults;
}
