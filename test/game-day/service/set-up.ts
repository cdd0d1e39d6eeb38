import type { Client } from './client.ts';
import type { FlagPlan } from './plan.ts';

const PROMISED = 0.01;

const METRICS = [
  { key: 'error', type: 'proportion', direction: 'increaseIsBad', source: { event: 'error' } },
  {
    ...{ key: 'slow', type: 'proportion', direction: 'increaseIsBad' },
    source: { event: 'request', filters: [{ attribute: 'ms', op: 'gt', value: 500 }] },
  },
  { key: 'purchase', type: 'proportion', direction: 'decreaseIsBad', source: { event: 'purchase' } },
  { key: 'crash', type: 'proportion', direction: 'increaseIsBad', source: { event: 'crash' } },
  // Nobody ever has such an event, so that there is no percentile to cap it by.
  {
    ...{ key: 'refund', type: 'mean', direction: 'increaseIsBad', windowHours: 1 },
    ...{ source: { event: 'refund', aggregation: 'sum' }, cap: { kind: 'percentile', percentile: 0.99 } },
  },
];

/** Metrics, flags and running experiments; which flags have harm coming is not told to the service. */
export async function setUp(client: Client, flags: readonly FlagPlan[]): Promise<void> {
  for (const metric of METRICS) await client.answer('metrics', metric);
  for (const flag of flags) {
    const variants = [{ key: 'control' }, { key: 'treatment' }];
    await client.answer('flags', { environment: 'production', key: flag.key, variants });
    await client.answer('experiments', {
      ...{ key: flag.key, flag: flag.key, control: 'control', guardSeconds: 0 },
      arms: [
        { variant: 'control', weight: 1 - flag.share },
        { variant: 'treatment', weight: flag.share },
      ],
      guardrails: [...Object.keys(flag.control), ...(flag.badMetric ? ['refund'] : [])].map((metric) => ({
        ...{ metric, margin: { kind: 'relative', value: 0 } },
      })),
      decisions: { alpha: PROMISED, requiredUnits: 100, staleAfterSeconds: flag.staleAfterSeconds },
    });
    await client.act(`experiments/${flag.key}:start`);
  }
}

/** Resolves once the moments of every flag's experiment are kept up to date: a build per experiment, one after the other. */
export async function untilWatched(client: Client, flags: readonly FlagPlan[]): Promise<void> {
  for (const { key } of flags) {
    let etag = '"0-stale-none"';
    for (;;) {
      const next = await client.next(key, etag, AbortSignal.timeout(READY_MS));
      if (next?.decision.dataThrough != null) break;
      etag = next?.etag ?? etag;
    }
  }
}

const READY_MS = 300_000;
