import { requireDomain } from './domain.ts';
import { gammaLower, gammaTail } from './gamma-tails.ts';
import { incompleteGammaUpper } from './incomplete-gamma-upper.ts';
import { logComplement } from './log-complement.ts';

/**
 * ln P(X > x) of the χ² distribution with df > 0 degrees of freedom, also where the tail underflows; where it is near 1,
 * from the lower tail, so that a logarithm near 0 keeps its digits. −∞ at x = ∞.
 * @example chiSquareLogSurvival(10000, 1) // -5004.83106151365
 */
export function chiSquareLogSurvival(x: number, df: number): number {
  requireDomain(x >= 0, 'x', 'at least 0');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const upper = incompleteGammaUpper(df / 2, x / 2);
  if (upper > 0.5) return logComplement(gammaLower(df / 2, x / 2));
  if (upper > 1e-290) return Math.log(upper);
  const { log, factor } = gammaTail(df / 2, x / 2);
  return log + Math.log(factor);
}
