import type { Effects } from '../effects.ts';
import { type LinearForm, meanOf } from '../moments/index.ts';
import type { Outcome } from '../outcome.ts';
import type { ComparisonInput } from './comparison.ts';
import { type Adjusted, adjustForm, cupedTheta } from './cuped.ts';
import { compareLinearised } from './linearised.ts';
import { allArms, type StratumPair } from './strata.ts';

const OUTCOME: LinearForm = [1];
const COVARIATE: LinearForm = [0, 1];

/** Welch's comparison of the stratified means of component 0, nothing adjusted. */
export function plainMeans(pairs: readonly StratumPair[], alpha: number): Outcome<Effects> {
  return meansOf(pairs, alpha, OUTCOME);
}

/** The same, adjusted by component 1 with one θ over all arms and strata; null where the covariate does not vary. */
export function adjustedMeans(pairs: readonly StratumPair[], input: ComparisonInput): Adjusted | null {
  const theta = cupedTheta(allArms(input), OUTCOME, COVARIATE);
  if (theta === null) return null;
  return { theta, effects: meansOf(pairs, input.alpha, adjustForm(OUTCOME, COVARIATE, theta)) };
}

function meansOf(pairs: readonly StratumPair[], alpha: number, adjustedForm: LinearForm): Outcome<Effects> {
  const form = OUTCOME;
  const meanOfArm = (arm: 'control' | 'treatment') =>
    pairs.reduce((sum, pair) => sum + pair.weight * meanOf(pair[arm], form), 0);
  return compareLinearised({
    pairs,
    control: { value: meanOfArm('control'), form, adjustedForm },
    treatment: { value: meanOfArm('treatment'), form, adjustedForm },
    difference: pairs.reduce((sum, pair) => sum + pair.weight * differenceOfMeans(pair, adjustedForm), 0),
    alpha,
    reference: 'student',
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
