import { AnalysisInputError } from '../input-error.ts';
import type { Outcome } from '../outcome.ts';
import type { Comparison, ComparisonInput } from './comparison.ts';
import { preferAdjusted } from './cuped.ts';
import { type DifferenceEstimate, firstKnown } from './difference-estimate.ts';
import { effectsOf } from './effects-of.ts';
import { adjustedRatios, plainRatios, ratiosOf } from './ratios.ts';
import { pairStrata } from './strata.ts';

/**
 * Difference of two arms' ratios Σa/Σb, the units being what was randomised: variance by the delta method, (saa − 2R·sab +
 * R²sbb)/(n·b̄²), z test and interval, lift by Fieller. Over several strata the combined ratio (Σw·ā)/(Σw·b̄) with weights
 * n/N, linearised in the same way (Cochran 1977, 6.11). With a covariate CUPED on the same ratio of the pre-period,
 * linearised too (Deng et al. 2013, appendix B); a unit without a pre-period has 0 and 0 there. Assumes independent units
 * and a denominator clearly off 0. Unknown with `no-units`, `one-unit`, `no-common-stratum`, `zero-denominator`,
 * `denominator-may-be-zero`, `zero-variance`, `overflow`; throws an `AnalysisInputError` for malformed input.
 * @param input moments [a, b] or [a, b, a before, b before] per arm (with `covariate` the latter)
 * @example compareRatios({ strata: [{ arms: { a: momentsOf([[1, 2], [2, 3], [2, 2], [5, 3]], [2, 2]), b: momentsOf([[3, 2], [4, 3], [2, 2], [6, 3]], [2, 2]) } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }) // { method: 'ratio', absolute: { estimate: 0.5 }, relative: { estimate: 0.5 } }
 */
export function compareRatios(input: ComparisonInput): Outcome<Comparison> {
  const known = ratioEstimates(input);
  if (known.kind === 'unknown') return known;
  return preferAdjusted(
    { effects: effectsOf(known.plain, input.alpha), method: 'ratio' },
    known.adjusted && {
      thetas: known.adjusted.thetas,
      effects: effectsOf(known.adjusted.estimate, input.alpha),
      method: 'ratio+cuped',
    },
    known.unitsLeftOut,
  );
}

/**
 * The difference behind `compareRatios`, with the parts of its variance: what tests against a margin start from. Adjusted
 * where a covariate is asked for and leaves some variance. Unknown and throws as `compareRatios` does.
 * @example estimateRatios({ strata: [{ arms: { a: momentsOf([[1, 2], [2, 3], [2, 2], [5, 3]], [2, 2]), b: momentsOf([[3, 2], [4, 3], [2, 2], [6, 3]], [2, 2]) } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }) // { kind: 'estimate', difference: 0.5, control: 1, reference: 'normal' }
 */
export function estimateRatios(input: ComparisonInput): Outcome<DifferenceEstimate> {
  const known = ratioEstimates(input);
  if (known.kind === 'unknown') return known;
  return firstKnown(known.adjusted?.estimate ?? null, known.plain);
}

function ratioEstimates(input: ComparisonInput) {
  if (input.slopes === 'per-arm') throw new AnalysisInputError('slopes', '"common" for ratios');
  const paired = pairStrata(input, input.covariate ? [4] : [2, 4]);
  if (paired.kind === 'unknown') return paired;
  const arms = ratiosOf(paired.pairs, input.alpha, [0, 1]);
  if (arms.kind === 'unknown') return arms;
  return {
    kind: 'estimate' as const,
    plain: plainRatios(paired.pairs, arms, input),
    adjusted: input.covariate ? adjustedRatios(paired.pairs, arms, input) : null,
    unitsLeftOut: paired.unitsLeftOut,
  };
}
