import { adjustForm, covariateCoefficients } from '../covariates/index.ts';
import { type Moments, meanOf } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile } from '../special/index.ts';
import { betweenStrata } from './between-strata.ts';
import type { ComparisonInput } from './comparison.ts';
import type { Adjusted } from './cuped.ts';
import type { DifferenceEstimate } from './difference-estimate.ts';
import { estimateLinearised, type LinearisedArm } from './linearised.ts';
import { isRatio, type Ratio, ratioOver } from './ratio.ts';
import { allArms, type StratumPair } from './strata.ts';

/** The two arms' ratios over all strata. */
interface RatioPair {
  readonly control: Ratio;
  readonly treatment: Ratio;
}

/** The ratios of two components; unknown where a denominator is 0, or within the interval's critical value of it. */
export function ratiosOf(
  pairs: readonly StratumPair[],
  alpha: number,
  components: readonly [number, number],
): Outcome<RatioPair> {
  const z = -normalQuantile(alpha / 2);
  const ofArm = (arm: 'control' | 'treatment') =>
    ratioOver(
      pairs.map((pair) => ({ moments: pair[arm], weight: pair.weight })),
      components,
      z,
    );
  const control = ofArm('control');
  if (!isRatio(control)) return unknown(control);
  const treatment = ofArm('treatment');
  if (!isRatio(treatment)) return unknown(treatment);
  return { kind: 'estimate', control, treatment };
}

/** The difference of the ratios, nothing adjusted. */
export function plainRatios(
  pairs: readonly StratumPair[],
  arms: RatioPair,
  input: ComparisonInput,
): DifferenceEstimate {
  return differenceOf(
    pairs,
    { ...arms.control, adjustedForm: arms.control.form },
    { ...arms.treatment, adjustedForm: arms.treatment.form },
    arms.treatment.value - arms.control.value,
    input,
  );
}

/** The same, adjusted; null where the pre-period's ratio does not exist in an arm, or does not vary. */
export function adjustedRatios(
  pairs: readonly StratumPair[],
  arms: RatioPair,
  input: ComparisonInput,
): Adjusted | null {
  const before = ratiosOf(pairs, input.alpha, [2, 3]);
  const thetas = ratioTheta(allArms(input));
  if (before.kind === 'unknown' || thetas === null) return null;
  const adjust = (ratio: Ratio, covariate: Ratio) => ({
    ...ratio,
    adjustedForm: adjustForm(ratio.form, [covariate.form], thetas),
  });
  const shift = (thetas[0] ?? 0) * (before.treatment.value - before.control.value);
  const estimate = differenceOf(
    pairs,
    adjust(arms.control, before.control),
    adjust(arms.treatment, before.treatment),
    arms.treatment.value - arms.control.value - shift,
    input,
  );
  return { thetas, estimate };
}

function differenceOf(
  pairs: readonly StratumPair[],
  control: LinearisedArm,
  treatment: LinearisedArm,
  difference: number,
  { strataAre }: ComparisonInput,
): DifferenceEstimate {
  const figures = () =>
    pairs.map((pair) => ({
      difference: meanOf(pair.treatment, treatment.adjustedForm) - meanOf(pair.control, control.adjustedForm),
      control: meanOf(pair.control, control.form),
      weight: pair.weight,
      units: pair.control.n + pair.treatment.n,
    }));
  const further = strataAre === 'post-strata' ? [betweenStrata(figures())] : [];
  return estimateLinearised({ pairs, control, treatment, difference, reference: 'normal', further });
}

/** θ of the linearised ratios, both linearised at the ratios of all arms together so that one θ serves every pair. */
function ratioTheta(arms: readonly Moments[]): readonly number[] | null {
  const units = arms.reduce((sum, arm) => sum + arm.n, 0);
  const weighted = arms.filter((arm) => arm.n > 0).map((arm) => ({ moments: arm, weight: arm.n / units }));
  const outcome = ratioOver(weighted, [0, 1], 0);
  const covariate = ratioOver(weighted, [2, 3], 0);
  if (!isRatio(outcome) || !isRatio(covariate)) return null;
  return covariateCoefficients(arms, outcome.form, [covariate.form]);
}
