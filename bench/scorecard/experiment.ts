import type { ExperimentPlan, PlannedMetric } from '../../src/catalogue/experiment.ts';
import { DecisionPolicy } from '../../src/catalogue/guardrail.ts';

/** Twenty metrics over ten conversions: the sum of the values in 72 hours, and in 168, each with 14 days before. */
export const metrics: readonly PlannedMetric[] = [72, 168].flatMap((windowHours) =>
  Array.from({ length: 10 }, (_, index) => ({
    role: 'secondary' as const,
    version: 1,
    definition: {
      type: 'mean' as const,
      ...{ key: `m${index}-${windowHours}h`, name: '', description: '', direction: 'decreaseIsBad' as const },
      ...{ windowHours, prePeriodHours: 336, cap: null, transform: 'identity' as const },
      source: { event: `m${index}`, filters: [], aggregation: 'sum' as const },
    },
  })),
);

const arms = [
  { variant: 'control', weight: 1 },
  { variant: 'treatment', weight: 1 },
  { variant: 'another', weight: 1 },
];
const start = new Date('2026-01-15T00:00:00Z');

export const plan: ExperimentPlan = {
  ...{ key: 'bench', environment: 'production', flag: 'checkout', unitType: 'user', control: 'control' },
  ...{
    status: 'running',
    refreshSeconds: 60,
    guardSeconds: 60,
    segments: [],
    guardrails: [],
    guardrailsChangedAt: null,
    optedOut: null,
    decisions: DecisionPolicy.parse({}),
    segmentAttributes: [],
    specHash: '',
  },
  ...{ start, end: null, eligibleReasons: ['', 'split', 'cached'] },
  statistics: { method: 'fixed', alpha: 0.05 },
  epochs: [{ number: 1, arms, targeting: [], effectiveAt: start, externalId: null, flagVersion: null }],
  metrics,
};
