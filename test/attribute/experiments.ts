import {
  DecisionPolicy,
  type ExperimentPlan,
  type Metric,
  type PlannedMetric,
} from '../../src/catalogue/index.ts';
import type { RawConversion, RawImpression } from './model-unit.ts';
import type { Unhashed } from './streams.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 2, 1);

const arms = [
  { variant: 'control', weight: 1 },
  { variant: 'treatment', weight: 1 },
];

/** A running experiment of one epoch since START on the flag `flag`, in an environment named like it. */
export function experiment(
  key: string,
  metrics: readonly Metric[],
  changes: Partial<ExperimentPlan> = {},
): ExperimentPlan {
  const start = new Date(START);
  return {
    ...{ key, environment: key, flag: 'flag', unitType: 'user', control: 'control', status: 'running' },
    ...{
      eligibleReasons: [''],
      guardSeconds: 60,
      start,
      end: null,
      refreshSeconds: 60,
      guardrails: [],
      guardrailsChangedAt: null,
      optedOut: null,
      decisions: DecisionPolicy.parse({}),
      segments: [],
      segmentAttributes: [],
      specHash: '',
    },
    statistics: { method: 'fixed', alpha: 0.05 },
    epochs: [{ number: 1, arms, targeting: [], effectiveAt: start, externalId: null, flagVersion: null }],
    metrics: metrics.map((definition): PlannedMetric => ({ role: 'goal', version: 1, definition })),
    ...changes,
  };
}

/** The sum of `order` values over a day. */
export function spend(changes: Partial<Metric & { type: 'mean' }> = {}): Metric {
  return {
    ...{ type: 'mean', key: 'spend', name: '', description: '', direction: 'decreaseIsBad' },
    ...{ windowHours: 24, prePeriodHours: null, cap: null, transform: 'identity' },
    source: { event: 'order', filters: [], aggregation: 'sum' },
    ...changes,
  };
}

export function impression(
  environment: string,
  unitId: string,
  changes: Partial<Unhashed<RawImpression>> = {},
): Unhashed<RawImpression> {
  const ts = changes.ts ?? START;
  return {
    ...{
      environment,
      name: 'flag',
      unitType: 'user',
      unitId,
      unitTypes: ['user'],
      ts,
      id: 'i',
      attributes: {},
    },
    ...{
      receivedAt: ts,
      variant: Number(unitId) % 2 === 0 ? 'control' : 'treatment',
      reason: '',
      flagVersion: '',
    },
    ...changes,
  };
}

export function order(
  environment: string,
  unitId: string,
  value: number | null,
  changes: Partial<Unhashed<RawConversion>> = {},
): Unhashed<RawConversion> {
  const ts = changes.ts ?? START + HOUR;
  return {
    ...{
      environment,
      name: 'order',
      unitType: 'user',
      unitId,
      unitTypes: ['user'],
      ts,
      id: 'o',
      attributes: {},
    },
    ...{ receivedAt: ts, value },
    ...changes,
  };
}
