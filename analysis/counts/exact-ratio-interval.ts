import { edgeBetween } from '../roots/index.ts';
import { binomialLower, binomialUpper } from './binomial-tails.ts';

/**
 * Clopper and Pearson's interval (1934) of the odds of one of two kinds of events, given `ones` of the one and `others` of
 * the other: the odds at which each one-sided binomial test has p = α/2, by bisection of their logarithm to the last bits.
 * Not both may be 0. Without any of the others the odds have no upper end: null.
 */
export function exactRatioInterval(
  ones: number,
  others: number,
  alpha: number,
): readonly [lower: number, upper: number | null] {
  const n = ones + others;
  const lower = (odds: number) => binomialLower(ones, n, odds / (1 + odds), 1 / (1 + odds)) > alpha / 2;
  const upper = (odds: number) => binomialUpper(ones, n, odds / (1 + odds), 1 / (1 + odds)) < alpha / 2;
  return [ones === 0 ? 0 : lastWhere(upper), others === 0 ? null : lastWhere(lower)];
}

/** The largest number for which something holds that holds for small ones only. */
function lastWhere(holds: (odds: number) => boolean): number {
  let [low, high] = [1, 1];
  while (!holds(low) && low > 1e-280) low /= 1e4;
  while (holds(high) && high < 1e280) high *= 1e4;
  return edgeBetween(holds, { inside: low, outside: high }, (a, b) => Math.sqrt(a) * Math.sqrt(b)).inside;
}
