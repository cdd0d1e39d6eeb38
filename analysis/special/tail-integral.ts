import { integralFrom } from './integral-from.ts';

/**
 * ∫ exp(exponent(s)) ds from 0 to `end` (perhaps infinity), where the exponent starts at 0 and in the end falls: a density
 * from a point on, relative to its value there. All terms are positive, so a tail keeps its relative accuracy whatever
 * its size.
 * @param width of the first panel; the integrand must be analytic well beyond it
 */
export function tailIntegral(
  exponent: (s: number) => number,
  width: number,
  end = Number.POSITIVE_INFINITY,
): number {
  return integralFrom((s) => Math.exp(exponent(s)), width, end);
}
