import type { Effects } from '../effects.ts';
import type { Moments } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile } from '../special/index.ts';
import type { Comparison, ComparisonInput } from './comparison.ts';
import { type Adjusted, adjustForm, cupedTheta, preferAdjusted } from './cuped.ts';
import { compareLinearised } from './linearised.ts';
import { isRatio, type Ratio, ratioOver } from './ratio.ts';
import { allArms, pairStrata, type StratumPair } from './strata.ts';

/**
 * Difference of two arms' ratios Σa/Σb, the units being what was randomised: variance by the delta method, (saa − 2R·sab +
 * R²sbb)/(n·b̄²), z test and interval, lift by Fieller. Over several strata the combined ratio (Σw·ā)/(Σw·b̄) with weights
 * n/N, linearised in the same way (Cochran 1977, 6.11). With a covariate CUPED on the same ratio of the pre-period,
 * linearised too (Deng et al. 2013, appendix B). Assumes independent units and a denominator clearly off 0. Unknown with
 * `no-units`, `one-unit`, `no-common-stratum`, `zero-denominator`, `denominator-may-be-zero`, `zero-variance`, `overflow`;
 * throws an `AnalysisInputError` for malformed input.
 * @param input moments [a, b] or [a, b, a before, b before] per arm (with `covariate` the latter)
 * @example compareRatios({ strata: [{ arms: { control, treatment } }], control: 'control', treatment: 'treatment', alpha: 0.05, covariate: false })
 */
export function compareRatios(input: ComparisonInput): Outcome<Comparison> {
  const paired = pairStrata(input, input.covariate ? [4] : [2, 4]);
  if (paired.kind === 'unknown') return paired;
  const arms = ratiosOf(paired.pairs, input.alpha, [0, 1]);
  if (arms.kind === 'unknown') return arms;
  const plain = compareLinearised({
    pairs: paired.pairs,
    control: { ...arms.control, adjustedForm: arms.control.form },
    treatment: { ...arms.treatment, adjustedForm: arms.treatment.form },
    difference: arms.treatment.value - arms.control.value,
    alpha: input.alpha,
    reference: 'normal',
  });
  const adjusted = input.covariate ? adjustedRatios(input, paired.pairs, arms) : null;
  return preferAdjusted(
    { effects: plain, method: 'ratio' },
    adjusted && { ...adjusted, method: 'ratio+cuped' },
    paired.unitsLeftOut,
  );
}

interface RatioPair {
  readonly control: Ratio;
  readonly treatment: Ratio;
}

function ratiosOf(
  pairs: readonly StratumPair[],
  alpha: number,
  components: readonly [number, number],
): Outcome<RatioPair> {
  const z = -normalQuantile(alpha / 2);
  const control = ratioOver(
    pairs.map((pair) => ({ moments: pair.control, weight: pair.weight })),
    components,
    z,
  );
  if (!isRatio(control)) return unknown(control);
  const treatment = ratioOver(
    pairs.map((pair) => ({ moments: pair.treatment, weight: pair.weight })),
    components,
    z,
  );
  if (!isRatio(treatment)) return unknown(treatment);
  return { kind: 'estimate', control, treatment };
}

/** Null where the pre-period's ratio does not exist in an arm, or does not vary. */
function adjustedRatios(
  input: ComparisonInput,
  pairs: readonly StratumPair[],
  arms: RatioPair,
): Adjusted | null {
  const before = ratiosOf(pairs, input.alpha, [2, 3]);
  const theta = ratioTheta(allArms(input));
  if (before.kind === 'unknown' || theta === null) return null;
  const adjust = (ratio: Ratio, covariate: Ratio) => ({
    ...ratio,
    adjustedForm: adjustForm(ratio.form, covariate.form, theta),
  });
  const shift = theta * (before.treatment.value - before.control.value);
  const effects: Outcome<Effects> = compareLinearised({
    pairs,
    control: adjust(arms.control, before.control),
    treatment: adjust(arms.treatment, before.treatment),
    difference: arms.treatment.value - arms.control.value - shift,
    alpha: input.alpha,
    reference: 'normal',
  });
  return { theta, effects };
}

/** θ of the linearised ratios, both linearised at the ratios of all arms together so that one θ serves every pair. */
function ratioTheta(arms: readonly Moments[]): number | null {
  const units = arms.reduce((sum, arm) => sum + arm.n, 0);
  const weighted = arms.filter((arm) => arm.n > 0).map((arm) => ({ moments: arm, weight: arm.n / units }));
  const outcome = ratioOver(weighted, [0, 1], 0);
  const covariate = ratioOver(weighted, [2, 3], 0);
  if (!isRatio(outcome) || !isRatio(covariate)) return null;
  return cupedTheta(arms, outcome.form, covariate.form);
}
