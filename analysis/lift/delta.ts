import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requireFraction, requireNotNegative, requirePositive } from '../requirements.ts';
import { normalQuantile, normalSurvival, studentTSurvival, studentTUpperQuantile } from '../special/index.ts';
import type { LiftInput } from './fieller.ts';

/** A difference beside the figure it is to be relative to. */
export type DeltaLiftInput = Omit<LiftInput, 'critical'>;

/** A lift with a symmetric interval. */
export interface DeltaLift {
  readonly estimate: number;
  readonly ci: Interval;
  readonly se: number;
  /** Estimate / standard error: a t where degrees of freedom were given, else a z. */
  readonly statistic: number;
  /** Two-sided, of a lift of 0. */
  readonly p: number;
}

/**
 * The relative lift R = δ/a by the delta method (Deng, Knoblich & Lu 2018, "Applying the delta method in metric
 * analytics", section 2): variance (Var δ − 2R·Cov(δ, a) + R²·Var a)/a², test and interval by t or the normal. To compare
 * with tools that show it: it may disagree with the test of δ, and where the control is skewed or noisy its interval covers
 * too seldom (`fiellerLift` does neither). Unknown with `zero-denominator` where a is 0, `zero-variance` or `overflow`;
 * throws an `AnalysisInputError` for malformed input.
 * @param alpha two-sided
 * @param df of Student's t, such as Welch's of the difference; null for the normal distribution
 * @example deltaLift({ difference: 1, control: 10, differenceVariance: 0.02, controlVariance: 0.01, covariance: -0.01 }, 0.05) // { estimate: 0.1, se: 0.01487, ci: [0.0709, 0.1291], statistic: 6.727 }
 */
export function deltaLift(
  input: DeltaLiftInput,
  alpha: number,
  df: number | null = null,
): Outcome<DeltaLift> {
  const { difference, control, differenceVariance, controlVariance, covariance } = input;
  requireFraction('alpha', alpha);
  requireFinite('difference', difference);
  requireFinite('control', control);
  requireNotNegative('differenceVariance', differenceVariance);
  requireNotNegative('controlVariance', controlVariance);
  requireFinite('covariance', covariance);
  if (df !== null) requirePositive('df', df);
  if (control === 0) return unknown('zero-denominator');
  const lift = difference / control;
  // Dividing twice keeps a² from underflowing.
  const variance =
    (differenceVariance - 2 * lift * covariance + lift * lift * controlVariance) / control / control;
  if (!(variance > 0)) return unknown(Number.isNaN(variance) ? 'overflow' : 'zero-variance');
  const se = Math.sqrt(variance);
  const statistic = lift / se;
  const half = se * (df === null ? -normalQuantile(alpha / 2) : studentTUpperQuantile(alpha / 2, df));
  const ci = [lift - half, lift + half] as const;
  if (![...ci, statistic].every(Number.isFinite)) return unknown('overflow');
  const beyond = Math.abs(statistic);
  const tail = df === null ? normalSurvival(beyond) : studentTSurvival(beyond, df);
  return { kind: 'estimate', estimate: lift, ci, se, statistic, p: 2 * tail };
}
