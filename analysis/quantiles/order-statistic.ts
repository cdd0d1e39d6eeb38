import { requireFinite } from '../requirements.ts';

/** The values in ascending order, each checked to be a finite number. */
export function ascending(field: string, values: readonly number[]): Float64Array {
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) requireFinite(`${field}[${i}]`, value);
  });
  return Float64Array.from(values).sort();
}

/**
 * The rank k = ⌈n·level⌉ of the order statistic that is the inverse of the empirical distribution function at a level:
 * the smallest value that at least a share `level` of the n values do not exceed (Hyndman & Fan 1996, "Sample quantiles
 * in statistical packages", definition 1). Null where the level is not in (0, 1], so that there is no such value.
 * @example quantileRank(100, 0.9) // 90
 */
export function quantileRank(n: number, level: number): number | null {
  if (!(level > 0 && level <= 1)) return null;
  const rank = n * level;
  const nearest = Math.round(rank);
  // 0.07 · 100 is 7.000000000000001: what rounding added must not move the rank.
  const exact = Math.abs(rank - nearest) <= 4 * Number.EPSILON * rank ? nearest : Math.ceil(rank);
  return Math.max(1, exact);
}
