import { describe, expect, it } from 'vitest';
import { momentsOf } from '../../analysis/index.ts';
import { takeLook } from '../../src/decide/take-look.ts';
import {
  attributionOf,
  epoch,
  momentsRow,
  planned,
  planOf,
  proportion,
  unitsRow,
} from '../analyse/fixtures.ts';
import { guardrail } from '../ruling/rollout.ts';

const error = planned('guardrail', {
  key: 'error',
  type: 'proportion',
  windowHours: 24,
  source: { event: 'error' },
});
const spend = planned('guardrail', {
  ...{ key: 'spend', type: 'mean', windowHours: 24, source: { event: 'buy', aggregation: 'sum' } },
  cap: { kind: 'value', value: 50 },
});
const share = planned('guardrail', {
  ...{ key: 'share', type: 'ratio' },
  numerator: { event: 'a', aggregation: 'sum' },
  denominator: { event: 'b', aggregation: 'sum' },
});
const now = new Date('2026-01-04T12:00:00Z');

describe('a look', () => {
  const metrics = [error, spend, share];
  const plan = planOf({
    ...{ metrics, guardrails: metrics.map(({ definition }) => guardrail({ metric: definition.key })) },
    epochs: [epoch(1, { control: 1, treatment: 1 }), epoch(9, { control: 1, treatment: 3 })],
  });

  it('adds up new and returning units of every day, and knows which days have closed', () => {
    const returning = { population: 'returning', cohortDay: '2026-01-04' } as const;
    const attribution = attributionOf({
      dataThrough: now,
      units: [unitsRow('treatment', 30, {}, 2), unitsRow('treatment', 7, returning), unitsRow('control', 40)],
      moments: [
        momentsRow('error', 'treatment', proportion(3, 28)),
        momentsRow('error', 'treatment', proportion(1, 7), returning),
        momentsRow('error', 'control', proportion(2, 40)),
      ],
    });
    const look = takeLook(plan, attribution, 'treatment', now);
    expect(look.epochs.map(({ number }) => number)).toEqual([1]);
    expect(look.epochs[0]).toMatchObject({
      multipleVariants: 2,
      arms: [
        { variant: 'control', units: 40 },
        { variant: 'treatment', units: 37 },
      ],
      metrics: {
        error: {
          kind: 'events',
          treatment: { units: 35, events: 4, closedUnits: 28, closedEvents: 3 },
          control: { units: 40, events: 2, closedUnits: 40, closedEvents: 2 },
        },
        share: { kind: 'none', reason: expect.stringMatching(/of type ratio/) },
      },
    });
  });

  it('has the sums of closed days themselves, whatever centre they were kept around', () => {
    const values = [0, 0, 12.5, 50];
    const around = (centre: number) =>
      momentsOf(
        values.map((value) => [value]),
        [centre],
      );
    const attribution = attributionOf({
      dataThrough: now,
      moments: [
        momentsRow('spend', 'treatment', around(7)),
        momentsRow('spend', 'treatment', around(7), { population: 'returning' }),
        momentsRow('spend', 'treatment', around(7), { cohortDay: '2026-01-04' }),
      ],
      failed: [{ metric: 'error', reason: 'its filter is malformed' }],
    });
    const metrics = takeLook(plan, attribution, 'treatment', now).epochs[0]?.metrics ?? {};
    expect(metrics['spend']).toMatchObject({ kind: 'values', cap: 50, control: [] });
    const days = metrics['spend']?.kind === 'values' ? metrics['spend'].treatment : [];
    expect(days).toEqual([
      { day: '2026-01-02', n: 8, sum: expect.closeTo(125, 9), squares: expect.closeTo(5312.5, 9) },
    ]);
    expect(metrics['error']).toEqual({ kind: 'none', reason: 'its filter is malformed' });
  });
});
