import type { Moments } from '../moments/index.ts';
import { covarianceOf, type LinearForm, meanOf } from '../moments/index.ts';
import type { UnknownReason } from '../outcome.ts';

/** A ratio of two means, and the linear form whose mean's variance is the ratio's: (a − R·b)/b̄. */
export interface Ratio {
  readonly value: number;
  readonly form: LinearForm;
}

type NoRatio = Extract<UnknownReason, 'zero-denominator' | 'denominator-may-be-zero' | 'overflow'>;

/**
 * The combined ratio (Σw·ā)/(Σw·b̄) of two components over weighted sets of units, linearised (Cochran 1977, 6.11), or why
 * there is none: a denominator of 0, or one within z standard errors of 0, where the delta method does not hold.
 */
export function ratioOver(
  sets: readonly { readonly moments: Moments; readonly weight: number }[],
  [above, below]: readonly [number, number],
  z: number,
): Ratio | NoRatio {
  const numeratorForm = unitForm(above);
  const denominatorForm = unitForm(below);
  let numerator = 0;
  let denominator = 0;
  let variance = 0;
  for (const { moments, weight } of sets) {
    numerator += weight * meanOf(moments, numeratorForm);
    denominator += weight * meanOf(moments, denominatorForm);
    if (z > 0) {
      variance += (weight * weight * covarianceOf(moments, denominatorForm, denominatorForm)) / moments.n;
    }
  }
  if (denominator === 0) return 'zero-denominator';
  if (Math.abs(denominator) <= z * Math.sqrt(variance)) return 'denominator-may-be-zero';
  const value = numerator / denominator;
  const form = unitForm(below).map((_, i) => (i === above ? 1 : i === below ? -value : 0) / denominator);
  return [value, ...form].every(Number.isFinite) ? { value, form } : 'overflow';
}

/** Is there a ratio? */
export function isRatio(ratio: Ratio | NoRatio): ratio is Ratio {
  return typeof ratio !== 'string';
}

/** The form that picks one component. */
function unitForm(component: number): LinearForm {
  return Array.from({ length: component + 1 }, (_, i) => (i === component ? 1 : 0));
}
