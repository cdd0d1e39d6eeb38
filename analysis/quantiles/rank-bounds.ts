import { normalQuantile } from '../special/index.ts';

/**
 * The levels ν ± z√(ν(1−ν)/n) between which the true quantile lies with a probability of about 1 − alpha, since the
 * number of values below it is binomial. A level outside (0, 1] has no order statistic: n is too small for this
 * quantile.
 * @example boundLevels(100, 0.5, 0.05) // { lower: 0.4020018, upper: 0.5979982 }
 */
export function boundLevels(n: number, quantile: number, alpha: number): { lower: number; upper: number } {
  const half = -normalQuantile(alpha / 2) * Math.sqrt((quantile * (1 - quantile)) / n);
  return { lower: quantile - half, upper: quantile + half };
}

/** Do both levels have an order statistic? */
export function hasBounds(n: number, quantile: number, alpha: number): boolean {
  const { lower, upper } = boundLevels(n, quantile, alpha);
  return lower > 0 && upper <= 1;
}

/**
 * σ = √((n − 1)/n)·(Y_U − Y_L)/2z from the values at these levels. The factor takes (Y_U − Y_L)/2z, squared, for the
 * variance of one value over n − 1, as the published results with which this must agree do; it is gone by the time that
 * n is large.
 */
export function quantileSe(n: number, lower: number, upper: number, alpha: number): number {
  return (Math.sqrt((n - 1) / n) * (upper - lower)) / (-2 * normalQuantile(alpha / 2));
}
