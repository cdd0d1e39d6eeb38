import { emptyMoments, type Moments, momentsOf } from '../../analysis/index.ts';
import type { Attribution, Exclusions, MomentsRow, UnitsRow } from '../../src/attribute/index.ts';
import type { Epoch, ExperimentPlan, MetricRole, PlannedMetric } from '../../src/catalogue/index.ts';
import { DecisionPolicy, Metric } from '../../src/catalogue/index.ts';

/** A metric as a plan has it, from the least that defines one. */
export function planned(role: MetricRole, definition: Record<string, unknown>): PlannedMetric {
  return { role, version: 1, definition: Metric.parse(definition) };
}

export const signups = planned('goal', { key: 'signup', type: 'proportion', source: { event: 'signup' } });
export const revenue = planned('secondary', {
  key: 'revenue',
  type: 'mean',
  source: { event: 'purchase', aggregation: 'sum' },
});

export function epoch(number: number, weights: Readonly<Record<string, number>>): Epoch {
  return {
    number,
    arms: Object.entries(weights).map(([variant, weight]) => ({ variant, weight })),
    targeting: [],
    effectiveAt: new Date(Date.UTC(2026, 0, number)),
    externalId: null,
    flagVersion: null,
  };
}

/** An experiment `checkout` with arms control and treatment at equal weights. */
export function planOf(overrides: Partial<ExperimentPlan> = {}): ExperimentPlan {
  return {
    key: 'checkout',
    environment: 'production',
    flag: 'checkout-v2',
    unitType: 'user',
    control: 'control',
    status: 'running',
    eligibleReasons: ['', 'split', 'cached'],
    guardSeconds: 60,
    start: new Date('2026-01-01T00:00:00Z'),
    end: null,
    statistics: { method: 'fixed', alpha: 0.05 },
    refreshSeconds: 60,
    epochs: [epoch(1, { control: 1, treatment: 1 })],
    metrics: [signups],
    guardrails: [],
    guardrailsChangedAt: null,
    optedOut: null,
    decisions: DecisionPolicy.parse({}),
    segments: [],
    segmentAttributes: [],
    specHash: 'a'.repeat(64),
    ...overrides,
  };
}

const NOTHING_EXCLUDED: Exclusions = {
  multipleVariants: 0,
  guardInterval: 0,
  unknownVariant: 0,
  impressionsByReason: {},
  offTarget: 0,
  outsideDates: 0,
  conversionsOfOtherUnitTypes: 0,
  outsideTransform: {},
  duplicateEvents: 0,
};

export function attributionOf(parts: Partial<Attribution> = {}): Attribution {
  return {
    dataThrough: new Date('2026-02-01T00:00:00Z'),
    provenance: { source: 'moments', verifiedAt: null, largestDifference: null, untrusted: false },
    units: [],
    moments: [],
    bins: [],
    exactQuantiles: null,
    parameters: [],
    failed: [],
    exclusions: NOTHING_EXCLUDED,
    ...parts,
  };
}

export { NOTHING_EXCLUDED };

/** Where a row of units or moments belongs; by default the new units of epoch 1 on its first day. */
type Place = Partial<Pick<UnitsRow, 'epoch' | 'population' | 'cohortDay'>>;

export function unitsRow(variant: string, units: number, place: Place = {}, multipleVariants = 0): UnitsRow {
  return { epoch: 1, population: 'new', cohortDay: '2026-01-02', ...place, variant, units, multipleVariants };
}

export function momentsRow(metric: string, variant: string, moments: Moments, place: Place = {}): MomentsRow {
  return { epoch: 1, population: 'new', cohortDay: '2026-01-02', ...place, metric, variant, moments };
}

/** Moments of a proportion: `events` of `units` had it. */
export function proportion(events: number, units: number): Moments {
  return { ...emptyMoments([0]), n: units, sums: [events], products: [events] };
}

export function meansOf(values: readonly number[]): Moments {
  return momentsOf(
    values.map((value) => [value]),
    [0],
  );
}

/** Units and signups of the two arms, as one day of one epoch. */
export function twoArms(
  control: readonly [events: number, units: number],
  treatment: readonly [events: number, units: number],
  place: Place = {},
): Pick<Attribution, 'units' | 'moments'> {
  return {
    units: [unitsRow('control', control[1], place), unitsRow('treatment', treatment[1], place)],
    moments: [
      momentsRow('signup', 'control', proportion(...control), place),
      momentsRow('signup', 'treatment', proportion(...treatment), place),
    ],
  };
}

export const stamp = {
  computedAt: new Date('2026-02-01T00:00:01Z'),
  scorecardId: 'sc_test',
  engineVersion: '0.1.0',
};
