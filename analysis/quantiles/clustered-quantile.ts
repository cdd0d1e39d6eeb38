import { AnalysisInputError } from '../input-error.ts';
import { type Moments, momentsOf } from '../moments/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { type Clustering, quantileClustering } from './clustering.ts';
import { ascending } from './order-statistic.ts';
import { estimateFromSorted, type QuantileEstimate } from './quantile-estimate.ts';

/** Values by the unit that was randomised. */
export interface ClusteredQuantileInput {
  /** The values of each unit; units without any are left out. */
  readonly units: readonly (readonly number[])[];
  readonly quantile: number;
  readonly boundsAlpha?: number | undefined;
}

/**
 * A quantile over all values where the randomised units have several each (the 95th percentile of load times over
 * users): `estimateQuantile` of the values, its variance times the ratio of the clustered to the independent variance of
 * the share at or below it (Deng, Knoblich & Lu 2018, section 4.2; Yao et al. 2024). Assumes independent units. Unknown
 * as in `estimateQuantile`, with `one-unit`, and with `all-events` where ties leave no value above the quantile.
 * @example estimateClusteredQuantile({ units: [[1, 2], [3], [4, 5, 6], [7], [8, 9], [10]], quantile: 0.5 }) // { n: 10, value: 5, se: 1.928607, varianceRatio: 1.296 }
 */
export function estimateClusteredQuantile(
  input: ClusteredQuantileInput,
): Outcome<QuantileEstimate & Clustering> {
  const { units, quantile, boundsAlpha = 0.05 } = input;
  requireFraction('quantile', quantile);
  requireFraction('boundsAlpha', boundsAlpha);
  const values = units.flatMap((unit, i) => {
    unit.forEach((value, j) => {
      if (!Number.isFinite(value)) throw new AnalysisInputError(`units[${i}][${j}]`, 'a finite number');
    });
    return unit;
  });
  const independent = estimateFromSorted(ascending('values', values), quantile, boundsAlpha);
  if (independent.kind === 'unknown') return independent;
  return withClustering(independent, indicatorMoments(units, independent.value));
}

/**
 * An estimate from independent values with the standard error that its units' clustering gives it. Unknown as
 * `quantileClustering` of the moments [I, M] is.
 * @param moments [values at or below the quantile, values] of each unit with at least one value
 * @example withClustering({ n: 7, value: 4, lower: 2, upper: 6, se: 1 }, momentsOf([[1, 1], [0, 1], [2, 2], [1, 3]], [0, 0])) // { value: 4, se: 1.081697, varianceRatio: 1.170068 }
 */
export function withClustering(
  estimate: QuantileEstimate,
  moments: Moments,
): Outcome<QuantileEstimate & Clustering> {
  const clustering = quantileClustering(moments);
  if (clustering.kind === 'unknown') return clustering;
  const se = estimate.se * Math.sqrt(clustering.varianceRatio);
  return Number.isFinite(se) ? { ...estimate, ...clustering, se } : unknown('overflow');
}

function indicatorMoments(units: readonly (readonly number[])[], quantile: number): Moments {
  const counts = units
    .filter((unit) => unit.length > 0)
    .map((unit) => [unit.filter((value) => value <= quantile).length, unit.length]);
  return momentsOf(counts, [0, 1]);
}
