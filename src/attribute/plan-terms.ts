import type { Epoch, ExperimentPlan, PlannedMetric } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import type { ParameterValue } from '../stores/clickhouse/index.ts';
import { eventsOf } from './metric-types/index.ts';
import { NEVER } from './never.ts';
import type { FrozenValues } from './segments.ts';

/** An epoch of one of the plans, which it names by its index from 1. */
export type TermEpoch = Epoch & { readonly plan: number };

/**
 * Experiments in the terms of the questions: plans, epochs and arms by index from 1, times in ms since 1970. The epochs
 * of all plans are in one list; arms are those of their plan.
 */
export interface QuestionTerms {
  /**
   * 2: every plan is there twice, first as its rows are known now and then as they were known before; rows tell which of
   * the two they are of. See `twice`.
   */
  readonly sides: 1 | 2;
  /** Of one environment and unit type, each on a flag of its own. */
  readonly plans: readonly ExperimentPlan[];
  readonly metrics: readonly PlannedMetric[];
  readonly epochs: readonly TermEpoch[];
  /** By plan: the variants of all its epochs' arms, in the order in which they first occur. */
  readonly variants: readonly (readonly string[])[];
  /** By plan: what its units are counted by, beside all together. */
  readonly segments: readonly (readonly FrozenValues[])[];
  /** What every question may use by name; `names` are those of the metrics' conversions. */
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** The terms of one experiment alone. */
export interface PlanTerms extends QuestionTerms {
  readonly plan: ExperimentPlan;
}

export function planTerms(plan: ExperimentPlan): PlanTerms {
  return {
    ...groupTerms([plan]),
    plan,
    params: {
      ...groupTerms([plan]).params,
      start: plan.start.getTime(),
      end: plan.end?.getTime() ?? NEVER,
    },
  };
}

/** The terms with every plan twice; see `sides`. */
export function twice({ plans, segments }: QuestionTerms): QuestionTerms {
  return { ...groupTerms([...plans, ...plans], [...segments, ...segments]), sides: 2 };
}

/** Several experiments at once; metrics that are planned more than once, in one experiment or several, are computed once. */
export function groupTerms(
  plans: readonly ExperimentPlan[],
  segments: QuestionTerms['segments'] = plans.map(() => []),
): QuestionTerms {
  const [first] = plans;
  if (first === undefined || plans.some((plan) => !alike(plan, first)))
    throw new AppError('internal', 'Experiments of different environments or unit types were put together.');
  const epochs = plans.flatMap((plan, index) =>
    plan.epochs.toSorted((a, b) => a.number - b.number).map((epoch) => ({ ...epoch, plan: index + 1 })),
  );
  const nextOf = (at: number) => {
    const next = epochs[at + 1];
    return next !== undefined && next.plan === epochs[at]?.plan ? next : undefined;
  };
  const terms: QuestionTerms = {
    sides: 1,
    plans,
    metrics: [],
    epochs,
    segments,
    variants: plans.map((_, index) => [
      ...new Set(
        epochs
          .filter((epoch) => epoch.plan === index + 1)
          .flatMap((epoch) => epoch.arms.map((arm) => arm.variant)),
      ),
    ]),
    params: {
      environment: first.environment,
      unit_type: first.unitType,
      flags: plans.map((plan) => plan.flag),
      // A change ends an epoch's windows; the end of the experiment cuts none.
      until: epochs.map((_, at) => nextOf(at)?.effectiveAt.getTime() ?? NEVER),
      // The first epoch begins with the experiment, which is no change, so nothing of it is left out.
      guard_until: epochs.map((epoch, at) =>
        epochs[at - 1]?.plan === epoch.plan
          ? epoch.effectiveAt.getTime() + (plans[epoch.plan - 1]?.guardSeconds ?? 0) * 1000
          : 0,
      ),
    },
  };
  const metrics = plans.flatMap((plan) => plan.metrics);
  return withMetrics(terms, [...new Map(metrics.map((metric) => [metricId(metric), metric])).values()]);
}

/** What tells metrics of several experiments apart: the definition is that of key and version. */
export function metricId(metric: PlannedMetric): string {
  return `${metric.definition.key} ${metric.version}`;
}

function alike(a: ExperimentPlan, b: ExperimentPlan): boolean {
  return a.environment === b.environment && a.unitType === b.unitType;
}

/** The same for some of the metrics alone. */
export function withMetrics<Terms extends QuestionTerms>(
  terms: Terms,
  metrics: readonly PlannedMetric[],
): Terms {
  const names = [...new Set(metrics.flatMap(({ definition }) => eventsOf(definition)))];
  const longest = Math.max(0, ...metrics.map(({ definition }) => definition.prePeriodHours ?? 0));
  const start = Math.min(...terms.plans.map((plan) => plan.start.getTime()));
  const earliest = start - Math.ceil(longest * 3_600_000);
  return { ...terms, metrics, params: { ...terms.params, names, earliest } };
}
