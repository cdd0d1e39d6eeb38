import { mergeMoments } from '../moments/index.ts';
import { requireCount } from '../requirements.ts';
import type { Stratum } from './comparison.ts';

/**
 * Strata where either of two arms has fewer than `least` units, merged into one; where that one is still thin, the smallest
 * other stratum joins it too. No unit is left out, and which cells merge depends on numbers of units alone, never on
 * outcomes. For post-strata only: epochs must not be merged, as their weights differ. All moments need the same centre.
 * @param least at least 2, which is what a variance needs; 20 keeps the estimates of cells steady
 * @example mergeThinStrata([], 'a', 'b', 20) // []
 */
export function mergeThinStrata(
  strata: readonly Stratum[],
  control: string,
  treatment: string,
  least: number,
): readonly Stratum[] {
  requireCount('least', least, 2);
  const unitsOf = ({ arms }: Stratum) => [arms[control]?.n ?? 0, arms[treatment]?.n ?? 0] as const;
  const isThin = (stratum: Stratum) => unitsOf(stratum).some((n) => n < least);
  const sizeOf = (stratum: Stratum) => unitsOf(stratum).reduce((sum, n) => sum + n, 0);
  const [first, ...others] = strata.filter(isThin);
  const full = strata.filter((stratum) => !isThin(stratum));
  if (first === undefined) return full;
  const merged = others.reduce(mergeStrata, first);
  if (!isThin(merged) || full.length === 0) return [...full, merged];
  const smallest = full.reduce((found, stratum) => (sizeOf(stratum) < sizeOf(found) ? stratum : found));
  return [...full.filter((stratum) => stratum !== smallest), mergeStrata(smallest, merged)];
}

function mergeStrata(a: Stratum, b: Stratum): Stratum {
  const arms = { ...a.arms };
  for (const [variant, moments] of Object.entries(b.arms)) {
    const there = arms[variant];
    arms[variant] = there === undefined ? moments : mergeMoments(there, moments);
  }
  return { arms };
}
