import type { Outcome } from '../outcome.ts';
import type { Comparison, ComparisonInput } from './comparison.ts';
import { preferAdjusted } from './cuped.ts';
import { type DifferenceEstimate, firstKnown } from './difference-estimate.ts';
import { effectsOf } from './effects-of.ts';
import { adjustedMeans, plainMeans, WITH_COVARIATES, WITHOUT_COVARIATES } from './means.ts';
import { pairStrata } from './strata.ts';

/**
 * Difference of two arms' means by Welch's unequal-variances t test (Welch 1947), with its interval and the relative lift
 * by Fieller with the same critical value, so that lift and test never disagree. Strata are compared within themselves and
 * combined with weights n/N. With covariates everything is adjusted by CUPED, or by Lin's regression with a slope per
 * arm. Assumes independent units, random assignment within a stratum and enough units for the mean to be about normal.
 * Unknown with `no-units`, `one-unit`, `no-common-stratum`, `zero-variance` or `overflow`; throws an `AnalysisInputError`
 * for malformed input.
 * @param input moments [a] or [a, covariates…] per arm (with `covariate` the latter), a in the metric's unit
 * @example compareMeans({ strata: [{ arms: { a: momentsOf([[1], [2], [3]], [2]), b: momentsOf([[2], [4], [9]], [2]) } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }) // { kind: 'estimate', p: 0.283834, absolute: { estimate: 3, df: 2.305882 } }
 */
export function compareMeans(input: ComparisonInput): Outcome<Comparison> {
  const paired = pairStrata(input, input.covariate ? WITH_COVARIATES : WITHOUT_COVARIATES);
  if (paired.kind === 'unknown') return paired;
  const adjusted = input.covariate ? adjustedMeans(paired.pairs, input) : null;
  return preferAdjusted(
    { effects: effectsOf(plainMeans(paired.pairs, input), input.alpha), method: 'welch' },
    adjusted && {
      thetas: adjusted.thetas,
      effects: effectsOf(adjusted.estimate, input.alpha),
      method: 'welch+cuped',
    },
    paired.unitsLeftOut,
  );
}

/**
 * The difference behind `compareMeans`, with the parts of its variance: what tests against a margin start from. Adjusted
 * where covariates are asked for and leave some variance. Unknown and throws as `compareMeans` does.
 * @example estimateMeans({ strata: [{ arms: { a: momentsOf([[1], [2], [3]], [2]), b: momentsOf([[2], [4], [9]], [2]) } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }) // { kind: 'estimate', difference: 3, control: 2, reference: 'student' }
 */
export function estimateMeans(input: ComparisonInput): Outcome<DifferenceEstimate> {
  const paired = pairStrata(input, input.covariate ? WITH_COVARIATES : WITHOUT_COVARIATES);
  if (paired.kind === 'unknown') return paired;
  const adjusted = input.covariate ? adjustedMeans(paired.pairs, input) : null;
  return firstKnown(adjusted?.estimate ?? null, plainMeans(paired.pairs, input));
}
