import { adjustForm, covariateCoefficients } from '../covariates/index.ts';
import { type LinearForm, meanOf } from '../moments/index.ts';
import { betweenStrata } from './between-strata.ts';
import type { ComparisonInput } from './comparison.ts';
import type { Adjusted } from './cuped.ts';
import type { DifferenceEstimate } from './difference-estimate.ts';
import { estimateLinearised } from './linearised.ts';
import { type ArmSlopes, differenceForm, slopesPart } from './slopes.ts';
import { allArms, type StratumPair } from './strata.ts';

const OUTCOME: LinearForm = [1];
/** An outcome and as many covariates as its moments may carry. */
export const WITH_COVARIATES: readonly number[] = [2, 3, 4, 5, 6, 7, 8, 9];
export const WITHOUT_COVARIATES: readonly number[] = [1, ...WITH_COVARIATES];

/** The difference of the stratified means of component 0, nothing adjusted. */
export function plainMeans(pairs: readonly StratumPair[], input: ComparisonInput): DifferenceEstimate {
  return meansOf(pairs, input, { covariates: [], control: [], treatment: [] });
}

/** The same, adjusted by the further components; null where no covariate varies. */
export function adjustedMeans(pairs: readonly StratumPair[], input: ComparisonInput): Adjusted | null {
  const dimension = pairs[0]?.control.centre.length ?? 0;
  const covariates = Array.from({ length: Math.max(0, dimension - 1) }, (_, i) => {
    return Array.from({ length: i + 2 }, (_, j) => (j === i + 1 ? 1 : 0));
  });
  const [control, treatment] =
    input.slopes === 'per-arm'
      ? (['control', 'treatment'] as const).map((arm) => {
          return covariateCoefficients(
            pairs.map((pair) => pair[arm]),
            OUTCOME,
            covariates,
          );
        })
      : new Array(2).fill(covariateCoefficients(allArms(input), OUTCOME, covariates));
  if (!control || !treatment) return null;
  const slopes = { covariates, control, treatment };
  const takenOff = pairs.map((pair) => ({
    form: differenceForm(OUTCOME, pair, slopes),
    weight: pair.weight,
  }));
  const thetas = covariates.map((_, i) =>
    takenOff.reduce((sum, { form, weight }) => sum - weight * (form[i + 1] ?? 0), 0),
  );
  return { thetas: input.slopes === 'per-arm' ? thetas : control, estimate: meansOf(pairs, input, slopes) };
}

function meansOf(
  pairs: readonly StratumPair[],
  input: ComparisonInput,
  slopes: ArmSlopes,
): DifferenceEstimate {
  const armOf = (arm: 'control' | 'treatment') => ({
    value: pairs.reduce((sum, pair) => sum + pair.weight * meanOf(pair[arm], OUTCOME), 0),
    form: OUTCOME,
    adjustedForm:
      slopes.covariates.length === 0 ? OUTCOME : adjustForm(OUTCOME, slopes.covariates, slopes[arm]),
  });
  const figures = pairs.map((pair) => ({
    difference: differenceOfMeans(pair, differenceForm(OUTCOME, pair, slopes)),
    control: meanOf(pair.control, OUTCOME),
    weight: pair.weight,
    units: pair.control.n + pair.treatment.n,
  }));
  return estimateLinearised({
    pairs,
    control: armOf('control'),
    treatment: armOf('treatment'),
    difference: figures.reduce((sum, { weight, difference }) => sum + weight * difference, 0),
    reference: 'student',
    further: [
      ...(input.slopes === 'per-arm' ? pairs.map((pair) => slopesPart(OUTCOME, pair, slopes)) : []),
      ...(input.strataAre === 'post-strata' ? [betweenStrata(figures)] : []),
    ],
  });
}

/** Centres cancel before anything is rounded, so that a large common level costs no digits. */
function differenceOfMeans({ control, treatment }: StratumPair, form: LinearForm): number {
  return form.reduce((sum, coefficient, i) => {
    const centres = (treatment.centre[i] ?? 0) - (control.centre[i] ?? 0);
    const shifts = (treatment.sums[i] ?? 0) / treatment.n - (control.sums[i] ?? 0) / control.n;
    return sum + coefficient * (centres + shifts);
  }, 0);
}
