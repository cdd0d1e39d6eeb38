import { requireDomain } from './domain.ts';
import { incompleteGammaUpper } from './incomplete-gamma-upper.ts';

/**
 * The upper tail P(X > x) of the χ² distribution with df > 0 degrees of freedom.
 * @example chiSquareSurvival(3.841458820694124, 1) // 0.05
 */
export function chiSquareSurvival(x: number, df: number): number {
  requireDomain(x >= 0, 'x', 'at least 0');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  return incompleteGammaUpper(df / 2, x / 2);
}
