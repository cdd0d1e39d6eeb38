import type { Outcome } from '../outcome.ts';
import type { Comparison, ComparisonInput } from './comparison.ts';
import { preferAdjusted } from './cuped.ts';
import { adjustedMeans, plainMeans } from './means.ts';
import { pairStrata } from './strata.ts';

/**
 * Difference of two arms' means by Welch's unequal-variances t test (Welch 1947), with its interval and the relative lift
 * by Fieller with the same critical value, so that lift and test never disagree. Strata are compared within themselves and
 * combined with weights n/N. With a covariate everything is adjusted by CUPED. Assumes independent units, random
 * assignment within a stratum and enough units for the mean to be about normal. Unknown with `no-units`, `one-unit`,
 * `no-common-stratum`, `zero-variance` or `overflow`; throws an `AnalysisInputError` for malformed input.
 * @param input moments [a] or [a, covariate] per arm (with `covariate` the latter), a in the metric's unit
 * @example compareMeans({ strata: [{ arms: { control, treatment } }], control: 'control', treatment: 'treatment', alpha: 0.05, covariate: false })
 */
export function compareMeans(input: ComparisonInput): Outcome<Comparison> {
  const paired = pairStrata(input, input.covariate ? [2] : [1, 2]);
  if (paired.kind === 'unknown') return paired;
  const adjusted = input.covariate ? adjustedMeans(paired.pairs, input) : null;
  return preferAdjusted(
    { effects: plainMeans(paired.pairs, input.alpha), method: 'welch' },
    adjusted && { ...adjusted, method: 'welch+cuped' },
    paired.unitsLeftOut,
  );
}
