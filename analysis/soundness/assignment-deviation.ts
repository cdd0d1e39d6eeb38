import { unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import type { Soundness } from './status.ts';

/** Units by the variant that the hash gives them and the one that they met. */
export interface AssignmentCount {
  readonly expected: string;
  readonly observed: string;
  readonly units: number;
}

/** Above this share it is no longer some stale clients: another salt, other weights or another unit. */
const TOLERATED_SHARE = 0.01;

/**
 * Does assignment do what its hash says? The hash is deterministic, so no unit should have met another variant than the
 * one recomputed for it; one unit is `suspect` (stale clients, forced variants that were not marked), more than 1 % is
 * `broken` (another salt, other weights, another unit). Not a test: there is no chance in it. Unknown with `no-units`.
 * @example assignmentDeviation([
 *   { expected: 'control', observed: 'control', units: 4990 },
 *   { expected: 'control', observed: 'treatment', units: 10 },
 *   { expected: 'treatment', observed: 'treatment', units: 5000 },
 * ]) // { status: 'suspect', units: 10000, deviating: 10, share: 0.001, ranked: [{ observed: 'treatment', units: 10 }] }
 */
export function assignmentDeviation(counts: readonly AssignmentCount[]): Soundness<{
  readonly units: number;
  readonly deviating: number;
  readonly share: number;
  /** What deviates, the most frequent first. */
  readonly ranked: readonly AssignmentCount[];
}> {
  counts.forEach(({ units }, i) => {
    requireCount(`counts[${i}].units`, units);
  });
  const units = counts.reduce((sum, count) => sum + count.units, 0);
  if (units === 0) return unknown('no-units');
  const ranked = counts
    .filter((count) => count.expected !== count.observed && count.units > 0)
    .sort((first, second) => second.units - first.units);
  const deviating = ranked.reduce((sum, count) => sum + count.units, 0);
  const share = deviating / units;
  const status = deviating === 0 ? 'sound' : share > TOLERATED_SHARE ? 'broken' : 'suspect';
  return { kind: 'estimate', status, units, deviating, share, ranked };
}
