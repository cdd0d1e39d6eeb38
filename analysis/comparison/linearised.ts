import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import type { Moments } from '../moments/index.ts';
import { covarianceOf, type LinearForm } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile, normalSurvival, studentTSurvival, studentTUpperQuantile } from '../special/index.ts';
import type { StratumPair } from './strata.ts';

/** An arm's figure over all strata: a mean, or a ratio after linearisation. */
export interface LinearisedArm {
  readonly value: number;
  /** The unit's contribution to the plain figure; its mean's variance is that of `value`. */
  readonly form: LinearForm;
  /** The same after the covariate's share is taken off; equal to `form` where nothing is adjusted. */
  readonly adjustedForm: LinearForm;
}

export interface LinearisedComparison {
  readonly pairs: readonly StratumPair[];
  readonly control: LinearisedArm;
  readonly treatment: LinearisedArm;
  /** Treatment − control, adjusted like the forms. */
  readonly difference: number;
  readonly alpha: number;
  /** Student's t with Satterthwaite's degrees of freedom for means, the normal for ratios. */
  readonly reference: 'student' | 'normal';
}

/**
 * Test, interval and lift of a difference of stratified means of linear forms: variance Σ w²·s²/n over arms and strata
 * (Cochran 1977, "Sampling techniques", 5.3); with one stratum Welch's test (Welch 1947), with several its degrees of
 * freedom by Satterthwaite (1946), V²/Σ (w²s²/n)²/(n−1). Unknown with `zero-variance` or `overflow`.
 */
export function compareLinearised(comparison: LinearisedComparison): Outcome<Effects> {
  const { pairs, control, treatment, difference, alpha } = comparison;
  const parts = pairs.flatMap((pair) => [
    part(pair.control, pair.weight, control),
    part(pair.treatment, pair.weight, treatment),
  ]);
  const variance = parts.reduce((sum, { adjusted }) => sum + adjusted, 0);
  if (variance === 0) return unknown('zero-variance');
  const se = Math.sqrt(variance);
  const statistic = difference / se;
  // Shares of the variance, not the variances: their squares neither overflow nor vanish.
  const inverseDf = parts.reduce((sum, { adjusted, df }) => sum + (adjusted / variance) ** 2 / df, 0);
  if (![se, difference, statistic, 1 / inverseDf].every(Number.isFinite)) return unknown('overflow');
  const df = comparison.reference === 'student' ? 1 / inverseDf : null;
  const critical = df === null ? -normalQuantile(alpha / 2) : studentTUpperQuantile(alpha / 2, df);
  const tail = df === null ? normalSurvival(Math.abs(statistic)) : studentTSurvival(Math.abs(statistic), df);
  const ci = [difference - critical * se, difference + critical * se] as const;
  if (!ci.every(Number.isFinite)) return unknown('overflow');
  const ofControl = pairs.map((pair) => part(pair.control, pair.weight, control));
  return {
    kind: 'estimate',
    p: 2 * tail,
    absolute: { estimate: difference, ci, se, statistic, df },
    relative: fiellerLift({
      difference,
      control: control.value,
      differenceVariance: variance,
      controlVariance: ofControl.reduce((sum, { plain }) => sum + plain, 0),
      covariance: -ofControl.reduce((sum, { shared }) => sum + shared, 0),
      critical,
    }),
  };
}

/** One arm's share, in one stratum, of the variances of the adjusted and the plain figure and of their covariance. */
function part(moments: Moments, weight: number, arm: LinearisedArm) {
  const scale = (weight * weight) / moments.n;
  const plain = scale * covarianceOf(moments, arm.form, arm.form);
  if (arm.adjustedForm === arm.form) return { adjusted: plain, plain, shared: plain, df: moments.n - 1 };
  return {
    adjusted: scale * covarianceOf(moments, arm.adjustedForm, arm.adjustedForm),
    plain,
    shared: scale * covarianceOf(moments, arm.adjustedForm, arm.form),
    df: moments.n - 1,
  };
}
