import type { Effects } from '../effects.ts';
import type { Outcome } from '../outcome.ts';
import type { Comparison, ComparisonMethod } from './comparison.ts';
import type { DifferenceEstimate } from './difference-estimate.ts';

/** An adjusted difference beside the coefficients it used (with a slope per arm those of the treatment's effect). */
export interface Adjusted {
  readonly thetas: readonly number[];
  readonly estimate: DifferenceEstimate;
}

/**
 * One comparison from the plain and the adjusted figures. The adjusted ones come first where they exist; where the
 * covariate does not vary, or leaves no variance, the plain ones stand alone and `covariate` is null.
 */
export function preferAdjusted(
  plain: { effects: Outcome<Effects>; method: ComparisonMethod; se?: number },
  adjusted: { thetas: readonly number[]; effects: Outcome<Effects>; method: ComparisonMethod } | null,
  unitsLeftOut: number,
): Outcome<Comparison> {
  if (plain.effects.kind === 'unknown') return plain.effects;
  const { p, absolute, relative } = plain.effects;
  if (adjusted === null || adjusted.effects.kind === 'unknown') {
    return {
      kind: 'estimate',
      method: plain.method,
      p,
      absolute,
      relative,
      covariate: null,
      unadjusted: null,
      unitsLeftOut,
    };
  }
  const { thetas } = adjusted;
  const reduction = 1 - (adjusted.effects.absolute.se / (plain.se ?? absolute.se)) ** 2;
  return {
    ...adjusted.effects,
    method: adjusted.method,
    covariate: { theta: thetas[0] ?? 0, thetas, varianceReduction: reduction },
    unadjusted: { p, absolute, relative },
    unitsLeftOut,
  };
}
