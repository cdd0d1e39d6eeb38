import { AnalysisInputError } from '../input-error.ts';
import { covarianceOf, type Moments, meanOf, requireMoments } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';

/** How much units with several values each change the variance of a quantile. */
export interface Clustering {
  /** σ²_I clustered / σ²_I iid, by which the variance of a quantile from independent values is multiplied. */
  readonly varianceRatio: number;
  /** The share of values at or below the quantile. */
  readonly share: number;
}

/**
 * The variance of the share of values at or below a quantile, clustered by unit, over that for independent values: the
 * design effect of the quantile (Deng, Knoblich & Lu 2018, section 4.2; Yao et al. 2024). With I values at or below it
 * of M values in a unit the share is the ratio ΣI/ΣM, its clustered variance by the delta method (s²_I − 2ν·s_IM +
 * ν²·s²_M) /(N·M̄²) for N units, the other ν(1−ν)/(ΣM − 1), ν = ΣI/ΣM: the share that there is rather than the one asked
 * for, so that ties do not pass for clusters, and for units of one value each the ratio is 1. Assumes independent units.
 * Unknown with `no-units`, `one-unit`, `zero-denominator` (no values at all) or `all-events` (every value at or below
 * the quantile).
 * @param moments [I, M] of each unit with at least one value
 * @example quantileClustering(momentsOf([[1, 1], [0, 1], [2, 2], [1, 3]], [0, 0])) // { varianceRatio: 1.170068, share: 0.571429 }
 */
export function quantileClustering(moments: Moments): Outcome<Clustering> {
  requireMoments('moments', moments, [2]);
  if (moments.n === 0) return unknown('no-units');
  if (moments.n === 1) return unknown('one-unit');
  const perUnit = meanOf(moments, [0, 1]);
  if (perUnit < 0) throw new AnalysisInputError('moments.sums[1]', 'that of counts of values');
  if (perUnit === 0) return unknown('zero-denominator');
  const share = meanOf(moments, [1]) / perUnit;
  if (!(share >= 0 && share <= 1))
    throw new AnalysisInputError('moments.sums[0]', 'within the counts of values');
  if (share === 0) return unknown('no-events');
  if (share === 1) return unknown('all-events');
  const form = [1 / perUnit, -share / perUnit];
  const clustered = covarianceOf(moments, form, form) / moments.n;
  const independent = (share * (1 - share)) / (moments.n * perUnit - 1);
  return { kind: 'estimate', varianceRatio: clustered / independent, share };
}
