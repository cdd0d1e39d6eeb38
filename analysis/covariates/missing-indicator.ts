import { AnalysisInputError } from '../input-error.ts';
import { requireFinite } from '../requirements.ts';

/**
 * A unit's vector [y, x, missing] where some units have no pre-period: an x of null becomes 0 beside an indicator of 1, so
 * that such units stay in and get a level of their own (missing-indicator method; under randomisation it biases nothing: Zhao & Ding
 * 2024, "To adjust or not to adjust? Estimating the average treatment effect in randomized experiments with missing
 * covariates"). Which constant stands for the missing x does not matter, as the indicator absorbs it. Whether a unit has
 * a pre-period must be settled before it sees a variant.
 * @param outcome the metric of the unit
 * @param covariate the same before the experiment, null where nothing is known
 * @example withMissingIndicator(3, null) // [3, 0, 1]
 */
export function withMissingIndicator(
  outcome: number,
  covariate: number | null,
): readonly [outcome: number, covariate: number, missing: 0 | 1] {
  requireFinite('outcome', outcome);
  if (covariate === null) return [outcome, 0, 1];
  if (!Number.isFinite(covariate)) throw new AnalysisInputError('covariate', 'a finite number or null');
  return [outcome, covariate, 0];
}
