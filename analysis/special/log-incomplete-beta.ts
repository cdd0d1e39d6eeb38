import { betaPoint, betaTail, isLow, mirrored } from './beta-tail.ts';
import { betaLower, requireBetaDomain } from './incomplete-beta.ts';
import { logComplement } from './log-complement.ts';

/**
 * ln I_x(a, b), the logarithm of the regularised incomplete beta function, also where I_x(a, b) underflows; where it is
 * near 1, from the upper tail, so that a logarithm near 0 keeps its digits. −∞ at x = 0. The upper tail's logarithm is
 * logIncompleteBeta(1 − x, b, a, x).
 * @param complement 1 − x, for callers who know it better than a subtraction would
 * @example logIncompleteBeta(0.5, 2000, 1) // -1386.29436111989
 */
export function logIncompleteBeta(x: number, a: number, b: number, complement = 1 - x): number {
  requireBetaDomain(x, a, b, complement);
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (complement === 0) return 0;
  const point = betaPoint(x, complement, a, b);
  const lower = betaLower(point);
  if (lower > 0.5) return logComplement(betaLower(mirrored(point)));
  if (lower > 1e-290 || !isLow(point)) return Math.log(lower);
  const { log, factor } = betaTail(point);
  return log + Math.log(factor);
}
