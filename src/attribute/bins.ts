import type { UnitsOfBin } from './attribution.ts';

/** Bins other than 0 and how many units are in each, as moments.sql answers. */
export type BinsAnswer = readonly [bins: readonly number[], units: readonly string[]];

/** The bins of an answer; a metric without any has none. */
export function unitsIn([bins, units]: BinsAnswer = [[], []]): UnitsOfBin[] {
  return bins.map((bin, index) => ({ bin, units: Number(units[index]) }));
}

/** All bins that have units, ascending; who is in no other is in bin 0. */
export function allBins(others: ReadonlyMap<number, number>, units: number): UnitsOfBin[] {
  const elsewhere = [...others.values()].reduce((sum, n) => sum + n, 0);
  return [...others, [0, units - elsewhere] as const]
    .filter(([, n]) => n !== 0)
    .sort(([a], [b]) => a - b)
    .map(([bin, n]) => ({ bin, units: n }));
}
