import { artanhMinus } from './log1p-minus.ts';

/**
 * Half a Poisson deviance, x·ln(x/m) + m − x for x, m > 0: the exponent of binomial, Poisson and their kin in saddle-point
 * form (Loader 2000, "Fast and accurate computation of binomial probabilities"), with a few units in the last place of
 * relative error although its terms cancel. `difference` is x − m, given apart since the caller may know it better than
 * the subtraction of two rounded numbers would.
 * @example deviance(3, 2, 1) // 0.21639532432
 */
export function deviance(x: number, m: number, difference: number): number {
  const v = difference / (x + m);
  if (Math.abs(v) > 0.5) return x * Math.log(x / m) - difference;
  return difference * v + 2 * x * artanhMinus(v);
}
