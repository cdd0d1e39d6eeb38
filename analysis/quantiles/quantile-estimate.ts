import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { ascending, quantileRank } from './order-statistic.ts';
import { boundLevels, quantileSe } from './rank-bounds.ts';

/** The quantile of one arm, in the unit of the values. */
export interface QuantileEstimate {
  /** Values it is taken from. */
  readonly n: number;
  readonly value: number;
  /** Order statistics on either side: an interval at level 1 − boundsAlpha if the values are independent. */
  readonly lower: number;
  readonly upper: number;
  /** Standard error of `value`. */
  readonly se: number;
}

/** Values of one arm, and which quantile of them is asked for. */
export interface QuantileInput {
  readonly values: readonly number[];
  /** 0.9 for the 90th percentile. */
  readonly quantile: number;
  /** The order statistics are those of a two-sided interval at level 1 − boundsAlpha; .05 where not given. */
  readonly boundsAlpha?: number | undefined;
}

/**
 * A quantile by exact order statistics, with a standard error that needs no density: the values at the levels ν ±
 * z√(ν(1−ν)/n), σ = √((n − 1)/n)·(Y_U − Y_L)/2z (Deng, Knoblich & Lu 2018, "Applying the delta method in metric
 * analytics", section 4.2). The value at every level is the inverse of the empirical distribution function, Y of rank
 * ⌈n·level⌉: a value that occurred, the same in every run. Assumes independent values; use `estimateClusteredQuantile`
 * where a unit has several. Unknown with `no-units`, `too-few-units` where a rank lies outside 1 … n, or `overflow`.
 * Ties may make the se 0.
 * @example estimateQuantile({ values: [5, 1, 4, 2, 3, 9, 8, 6, 10, 7], quantile: 0.5 }) // { n: 10, value: 5, lower: 2, upper: 9, se: 1.694108 }
 */
export function estimateQuantile(input: QuantileInput): Outcome<QuantileEstimate> {
  const { values, quantile, boundsAlpha = 0.05 } = input;
  requireFraction('quantile', quantile);
  requireFraction('boundsAlpha', boundsAlpha);
  return estimateFromSorted(ascending('values', values), quantile, boundsAlpha);
}

/** The same from values in ascending order. */
export function estimateFromSorted(
  sorted: Float64Array,
  quantile: number,
  boundsAlpha: number,
): Outcome<QuantileEstimate> {
  const n = sorted.length;
  if (n === 0) return unknown('no-units');
  const levels = boundLevels(n, quantile, boundsAlpha);
  const at = (level: number) => {
    const rank = quantileRank(n, level);
    return rank === null ? undefined : sorted[rank - 1];
  };
  const [value, lower, upper] = [at(quantile), at(levels.lower), at(levels.upper)];
  if (value === undefined || lower === undefined || upper === undefined) return unknown('too-few-units');
  const se = quantileSe(n, lower, upper, boundsAlpha);
  return Number.isFinite(se) ? { kind: 'estimate', n, value, lower, upper, se } : unknown('overflow');
}
