import { boundLevels, quantileRank } from '../../analysis/index.ts';
import type { UnitsOfBin } from './attribution.ts';
import { bucketOf } from './metric-types/index.ts';

/** The two-sided alpha of the order statistics on either side of a quantile. */
const BOUNDS_ALPHA = 0.05;

/** Ranks from 1. */
export interface Ranks {
  readonly value: number;
  /** Of the order statistics on either side; null where one lies beyond the smallest or the largest value. */
  readonly bounds: { readonly lower: number; readonly upper: number } | null;
}

/** A quantile as the scorecard needs it. */
export interface OrderStatistics {
  readonly n: number;
  readonly value: number;
  readonly bounds: { readonly lower: number; readonly upper: number } | null;
  /** By how much `value` may be off, in its unit. */
  readonly error: number;
}

/** The ranks that make a quantile and its bounds; null without units. */
export function ranksOf(n: number, quantile: number): Ranks | null {
  const value = n > 0 ? quantileRank(n, quantile) : null;
  if (value === null) return null;
  const levels = boundLevels(n, quantile, BOUNDS_ALPHA);
  const [lower, upper] = [quantileRank(n, levels.lower), quantileRank(n, levels.upper)];
  return { value, bounds: lower === null || upper === null ? null : { lower, upper } };
}

/** The bin that the unit of this rank is in, and how many units are in the bins before it. */
export function binOfRank(bins: readonly UnitsOfBin[], rank: number): { bin: number; before: number } {
  let before = 0;
  for (const { bin, units } of bins) {
    if (before + units >= rank) return { bin, before };
    before += units;
  }
  return { bin: bins.at(-1)?.bin ?? 0, before };
}

export function unitsOf(bins: readonly UnitsOfBin[]): number {
  return bins.reduce((sum, { units }) => sum + units, 0);
}

/** Bins of several cohorts added up, ascending. */
export function mergeBins(cohorts: readonly (readonly UnitsOfBin[])[]): UnitsOfBin[] {
  const merged = new Map<number, number>();
  for (const { bin, units } of cohorts.flat()) merged.set(bin, (merged.get(bin) ?? 0) + units);
  return [...merged].sort(([a], [b]) => a - b).map(([bin, units]) => ({ bin, units }));
}

/**
 * The quantile that buckets give: the value is the middle of its bucket, half of whose width it may be off; the bounds
 * are the outer ends of theirs, so that they hold the exact ones. Null without units.
 */
export function quantileOfBins(bins: readonly UnitsOfBin[], quantile: number): OrderStatistics | null {
  const n = unitsOf(bins);
  const ranks = ranksOf(n, quantile);
  if (ranks === null) return null;
  const endsAt = (rank: number) => {
    const { near, far } = bucketOf(binOfRank(bins, rank).bin);
    return { low: Math.min(near, far), high: Math.max(near, far) };
  };
  const { low, high } = endsAt(ranks.value);
  // Halves first: the sum of two large numbers is none.
  const value = low / 2 + high / 2;
  const { bounds } = ranks;
  return {
    ...{ n, value, error: high / 2 - low / 2 },
    bounds: bounds && { lower: endsAt(bounds.lower).low, upper: endsAt(bounds.upper).high },
  };
}
