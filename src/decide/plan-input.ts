import type { ExperimentPlan } from '../catalogue/index.ts';
import type { DecideInput, Decision } from '../ruling/index.ts';

/** The address of a decision below /api/v1. */
export function resourceOf({
  environment,
  flag,
  treatment,
}: Pick<Decision, 'environment' | 'flag' | 'treatment'>): string {
  return `decisions/${environment}/${flag}/${treatment}`;
}

/** All that a decision on a treatment depends on. */
export function decideInput(
  plan: ExperimentPlan,
  {
    now,
    ...rest
  }: Pick<DecideInput, 'engineVersion' | 'treatment' | 'overlaps' | 'look' | 'noLook' | 'state'> & {
    readonly now: Date;
  },
): DecideInput {
  return {
    ...{ environment: plan.environment, flag: plan.flag },
    experiment: {
      ...{ key: plan.key, control: plan.control },
      treatments: treatmentsOf(plan).length,
      guardrailsChangedAt: plan.guardrailsChangedAt?.toISOString() ?? null,
      ...{ policy: plan.decisions, guardrails: plan.guardrails, optedOut: plan.optedOut },
    },
    ...{ ...rest, now: now.toISOString() },
  };
}

/** All arms that are compared with control. */
export function treatmentsOf({ epochs, control }: Pick<ExperimentPlan, 'epochs' | 'control'>): string[] {
  const variants = epochs.flatMap(({ arms }) => arms.map(({ variant }) => variant));
  return [...new Set(variants)].filter((variant) => variant !== control).sort();
}
