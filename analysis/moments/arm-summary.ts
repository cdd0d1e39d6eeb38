import { type Outcome, unknown } from '../outcome.ts';
import { covarianceOf, meanOf } from './linear-form.ts';
import type { Moments } from './moments.ts';
import { requireMoments } from './require-moments.ts';

/** One arm by itself. */
export interface ArmSummary {
  readonly units: number;
  /** The mean over units (of a proportion, the share), or the ratio Σa/Σb. */
  readonly mean: number;
  /** Standard deviation between units (divisor n − 1); of a ratio, that of its linearised values (a − R·b)/b̄. */
  readonly sd: number;
}

/**
 * Units, mean and standard deviation of one arm. A ratio's deviation is that of the delta method (Deng, Knoblich & Lu
 * 2018, "Applying the delta method in metric analytics", section 2), so that sd²/units is the variance of the ratio.
 * Unknown with `no-units`, `one-unit`, `zero-denominator` or `overflow`.
 * @param moments [a, …] for a mean, [a, b, …] for a ratio a/b; further components (covariates) are not looked at
 * @example armSummary(momentsOf([[1], [2], [3]], [0]), 'mean') // { kind: 'estimate', units: 3, mean: 2, sd: 1 }
 */
export function armSummary(moments: Moments, kind: 'mean' | 'ratio'): Outcome<ArmSummary> {
  requireMoments('moments', moments, kind === 'mean' ? [1, 2] : [2, 4]);
  if (moments.n === 0) return unknown('no-units');
  if (moments.n === 1) return unknown('one-unit');
  const numerator = meanOf(moments, [1]);
  const denominator = kind === 'mean' ? 1 : meanOf(moments, [0, 1]);
  if (denominator === 0) return unknown('zero-denominator');
  const mean = numerator / denominator;
  const form = kind === 'mean' ? [1] : [1 / denominator, -mean / denominator];
  const sd = Math.sqrt(covarianceOf(moments, form, form));
  if (!Number.isFinite(mean) || !Number.isFinite(sd)) return unknown('overflow');
  return { kind: 'estimate', units: moments.n, mean, sd };
}
