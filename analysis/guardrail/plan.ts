import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requireFromTo, requirePseudoCount } from '../requirements.ts';
import { requireThresholds } from '../sample-ratio/index.ts';

/** Which change of the metric harms. */
export type HarmfulDirection = 'increaseIsBad' | 'decreaseIsBad';

/** What is fixed before the first event of an epoch. */
export interface GuardrailPlan {
  /** The treatment's share of what is allocated to treatment and control together, above 0 and below 1. */
  readonly share: number;
  readonly direction: HarmfulDirection;
  /** Relative change of the rate that is still borne: .2 bears a fifth more (or, where a decrease harms, a fifth less). */
  readonly margin: number;
  /** Whether safety is tested too; it is where the margin is above 0, unless said otherwise. */
  readonly safety?: boolean;
  /** k of the priors Beta(k·θ0, k·(1 − θ0)), averaged. */
  readonly concentrations?: readonly number[];
  /** Events after which a further process starts, rising; none for a single process from the first event. */
  readonly lateStarts?: readonly number[];
}

/** A number of the treatment and the same of control. */
export type Pair = readonly [treatment: number, control: number];

export const DEFAULT_CONCENTRATIONS: readonly number[] = [10, 100, 1000];
export const DEFAULT_LATE_STARTS: readonly number[] = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/**
 * Shares of the events that treatment and control have at the margin: the odds of the allocation times 1 + M where an
 * increase harms, times 1 − M where a decrease does. Both shares are computed, neither as 1 minus the other.
 * @example boundaryOf({ share: 0.1, direction: 'increaseIsBad', margin: 0.2 }) // [0.117647058824, 0.882352941176]
 */
export function boundaryOf({ share, direction, margin }: GuardrailPlan): Pair {
  const treatment = share * (direction === 'increaseIsBad' ? 1 + margin : 1 - margin);
  const control = 1 - share;
  return [treatment / (treatment + control), control / (treatment + control)];
}

/** Whether safety is tested. */
export function asksForSafety({ margin, safety = margin > 0 }: GuardrailPlan): boolean {
  return safety;
}

/** The largest relative change that can be asked about: a million times as many events. */
export const LARGEST_CHANGE = 1e6;

/** A plan that can be followed, or an `AnalysisInputError`. */
export function requirePlan(plan: GuardrailPlan): void {
  const { share, direction, margin, concentrations = DEFAULT_CONCENTRATIONS, lateStarts = [] } = plan;
  requireFraction('share', share);
  requireFromTo('share', share, 1e-12, 1 - 1e-12);
  requireFromTo('margin', margin, 0, LARGEST_CHANGE);
  if (direction === 'decreaseIsBad' && margin >= 1)
    throw new AnalysisInputError('margin', 'below 1 where a decrease is bad');
  if (margin === 0 && asksForSafety(plan))
    throw new AnalysisInputError('margin', 'above 0 where safety is to be shown');
  if (concentrations.length === 0)
    throw new AnalysisInputError('concentrations', 'of at least one concentration');
  concentrations.forEach((concentration, i) => {
    requirePseudoCount(`concentrations[${i}]`, concentration);
  });
  requireThresholds('lateStarts', lateStarts);
}
