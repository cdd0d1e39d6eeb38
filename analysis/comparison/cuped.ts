import type { Effects } from '../effects.ts';
import type { Moments } from '../moments/index.ts';
import { centredProduct, type LinearForm } from '../moments/index.ts';
import type { Outcome } from '../outcome.ts';
import type { Comparison, ComparisonMethod } from './comparison.ts';

/**
 * θ = Σ Sxy / Σ Sxx, centred within each of the given arms of each stratum (Deng, Xu, Kohavi & Walker 2013, "Improving
 * the sensitivity of online controlled experiments by utilizing pre-experiment data", equation 4, with one θ for all arms).
 * Null where the covariate does not vary.
 */
export function cupedTheta(
  arms: readonly Moments[],
  outcome: LinearForm,
  covariate: LinearForm,
): number | null {
  let sxy = 0;
  let sxx = 0;
  for (const arm of arms) {
    sxy += centredProduct(arm, outcome, covariate);
    sxx += centredProduct(arm, covariate, covariate);
  }
  const theta = sxy / sxx;
  return sxx > 0 && Number.isFinite(theta) ? theta : null;
}

/** The form f − θ·g. */
export function adjustForm(form: LinearForm, covariate: LinearForm, theta: number): LinearForm {
  const length = Math.max(form.length, covariate.length);
  return Array.from({ length }, (_, i) => (form[i] ?? 0) - theta * (covariate[i] ?? 0));
}

/** What an adjustment gave, beside the coefficient it used. */
export interface Adjusted {
  readonly theta: number;
  readonly effects: Outcome<Effects>;
}

/**
 * One comparison from the plain and the adjusted figures. The adjusted ones come first where they exist; where the
 * covariate does not vary, or leaves no variance, the plain ones stand alone and `covariate` is null.
 */
export function preferAdjusted(
  plain: { effects: Outcome<Effects>; method: ComparisonMethod; se?: number },
  adjusted: (Adjusted & { method: ComparisonMethod }) | null,
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
  const reduction = 1 - (adjusted.effects.absolute.se / (plain.se ?? absolute.se)) ** 2;
  return {
    ...adjusted.effects,
    method: adjusted.method,
    covariate: { theta: adjusted.theta, varianceReduction: reduction },
    unadjusted: { p, absolute, relative },
    unitsLeftOut,
  };
}
