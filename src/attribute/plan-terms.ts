import type { Epoch, ExperimentPlan, PlannedMetric } from '../catalogue/index.ts';
import type { ParameterValue } from '../stores/clickhouse/index.ts';

/** Later than any event; small enough that a window can be added to it. */
export const NEVER = 2 ** 52;

/** An experiment's plan in the terms of the questions: epochs and arms by index from 1, times in ms since 1970. */
export interface PlanTerms {
  readonly plan: ExperimentPlan;
  readonly metrics: readonly PlannedMetric[];
  readonly epochs: readonly Epoch[];
  /** The variants of all epochs' arms, in the order in which they first occur. */
  readonly variants: readonly string[];
  /** What every question may use by name; `names` are those of the metrics' conversions. */
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** Metrics that are planned in two roles are computed once. */
export function planTerms(plan: ExperimentPlan): PlanTerms {
  const metrics = [...new Map(plan.metrics.map((metric) => [metric.definition.key, metric])).values()];
  const epochs = plan.epochs.toSorted((a, b) => a.number - b.number);
  const terms = {
    plan,
    metrics: [],
    epochs,
    variants: [...new Set(epochs.flatMap((epoch) => epoch.arms.map((arm) => arm.variant)))],
    params: {
      environment: plan.environment,
      flag: plan.flag,
      unit_type: plan.unitType,
      start: plan.start.getTime(),
      end: plan.end?.getTime() ?? NEVER,
      reasons: plan.eligibleReasons,
      // A change ends an epoch's windows; the end of the experiment cuts none.
      until: epochs.map((_, index) => epochs[index + 1]?.effectiveAt.getTime() ?? NEVER),
      // The first epoch begins with the experiment, which is no change, so nothing of it is left out.
      guard_until: epochs.map((epoch, index) =>
        index === 0 ? 0 : epoch.effectiveAt.getTime() + plan.guardSeconds * 1000,
      ),
    },
  };
  return withMetrics(terms, metrics);
}

/** The same for some of the metrics alone. */
export function withMetrics(terms: PlanTerms, metrics: readonly PlannedMetric[]): PlanTerms {
  const names = [...new Set(metrics.flatMap(({ definition }) => eventsOf(definition)))];
  const longest = Math.max(0, ...metrics.map(({ definition }) => definition.prePeriodHours ?? 0));
  const earliest = terms.plan.start.getTime() - Math.ceil(longest * 3_600_000);
  return { ...terms, metrics, params: { ...terms.params, names, earliest } };
}

function eventsOf(definition: PlannedMetric['definition']): string[] {
  return definition.type === 'ratio'
    ? [definition.numerator.event, definition.denominator.event]
    : [definition.source.event];
}
