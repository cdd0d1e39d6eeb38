import { AnalysisInputError } from '../input-error.ts';
import { unknown } from '../outcome.ts';
import { requireNotNegative } from '../requirements.ts';
import type { Soundness } from './status.ts';

/** The declared weights of one epoch, its arms in the same order everywhere. */
export interface EpochWeights {
  readonly epoch: number;
  readonly weights: readonly number[];
}

/** Shares that differ by less than this are the same, written differently. */
const SAME_SHARE = 1e-9;

/**
 * Were the weights changed in mid-run? Then units of different days have different chances of each arm, and pooling the
 * arms mixes the days' differences into the effect (Simpson's paradox; Crook et al. 2009, "Seven pitfalls to avoid when
 * running controlled experiments on the web", pitfall 4): `suspect`, unless arms are compared within epochs and combined,
 * as the comparisons over strata do. Only proportions count: [1, 1] and [50, 50] are the same. Unknown with `no-units`
 * where there is no epoch.
 * @example weightsChanged([
 *   { epoch: 1, weights: [99, 1] }, { epoch: 2, weights: [1, 1] }, { epoch: 3, weights: [50, 50] },
 * ]) // { status: 'suspect', changes: [{ epoch: 2, from: [0.99, 0.01], to: [0.5, 0.5] }] }
 */
export function weightsChanged(epochs: readonly EpochWeights[]): Soundness<{
  readonly changes: readonly {
    readonly epoch: number;
    readonly from: readonly number[];
    readonly to: readonly number[];
  }[];
}> {
  const arms = epochs[0]?.weights.length ?? 0;
  const shares = epochs.map(({ epoch, weights }, i) => {
    if (weights.length !== arms) throw new AnalysisInputError(`epochs[${i}].weights`, `of length ${arms}`);
    weights.forEach((weight, arm) => {
      requireNotNegative(`epochs[${i}].weights[${arm}]`, weight);
    });
    const largest = Math.max(...weights);
    if (!(largest > 0)) throw new AnalysisInputError(`epochs[${i}].weights`, 'above 0 for at least one arm');
    const total = weights.reduce((sum, weight) => sum + weight / largest, 0);
    return { epoch, shares: weights.map((weight) => weight / largest / total) };
  });
  if (shares.length === 0) return unknown('no-units');
  const changes = shares.flatMap(({ epoch, shares: to }, i) => {
    const from = shares[i - 1]?.shares ?? to;
    return from.some((share, arm) => Math.abs(share - (to[arm] ?? 0)) > SAME_SHARE)
      ? [{ epoch, from, to }]
      : [];
  });
  return { kind: 'estimate', status: changes.length > 0 ? 'suspect' : 'sound', changes };
}
