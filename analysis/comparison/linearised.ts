import type { Moments } from '../moments/index.ts';
import { covarianceOf, type LinearForm } from '../moments/index.ts';
import type { DifferenceEstimate, VariancePart } from './difference-estimate.ts';
import type { StratumPair } from './strata.ts';

/** An arm's figure over all strata: a mean, or a ratio after linearisation. */
export interface LinearisedArm {
  readonly value: number;
  /** The unit's contribution to the plain figure; its mean's variance is that of `value`. */
  readonly form: LinearForm;
  /** The same after the covariates' share is taken off; equal to `form` where nothing is adjusted. */
  readonly adjustedForm: LinearForm;
}

export interface LinearisedComparison {
  readonly pairs: readonly StratumPair[];
  readonly control: LinearisedArm;
  readonly treatment: LinearisedArm;
  /** Treatment − control, adjusted like the forms. */
  readonly difference: number;
  readonly reference: 'student' | 'normal';
  /** What varies beside the units within their arms. */
  readonly further: readonly VariancePart[];
}

/**
 * A difference of stratified means of linear forms with its variance Σ w²·s²/n over arms and strata (Cochran 1977,
 * "Sampling techniques", 5.3).
 */
export function estimateLinearised(comparison: LinearisedComparison): DifferenceEstimate {
  const { pairs, control, treatment, difference, reference, further } = comparison;
  const parts = pairs.flatMap((pair): VariancePart[] => [
    controlPart(pair.control, pair.weight, control),
    treatmentPart(pair.treatment, pair.weight, treatment),
  ]);
  return { difference, control: control.value, parts: [...parts, ...further], reference };
}

function controlPart(moments: Moments, weight: number, arm: LinearisedArm): VariancePart {
  const scale = (weight * weight) / moments.n;
  const control = scale * covarianceOf(moments, arm.form, arm.form);
  const df = moments.n - 1;
  if (arm.adjustedForm === arm.form) return { variance: control, control, shared: control, df };
  const variance = scale * covarianceOf(moments, arm.adjustedForm, arm.adjustedForm);
  return { variance, control, shared: scale * covarianceOf(moments, arm.adjustedForm, arm.form), df };
}

function treatmentPart(moments: Moments, weight: number, arm: LinearisedArm): VariancePart {
  const variance =
    ((weight * weight) / moments.n) * covarianceOf(moments, arm.adjustedForm, arm.adjustedForm);
  return { variance, control: 0, shared: 0, df: moments.n - 1 };
}
