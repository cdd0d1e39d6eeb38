export {
  type ClusteredQuantileInput,
  estimateClusteredQuantile,
  withClustering,
} from './clustered-quantile.ts';
export { type Clustering, quantileClustering } from './clustering.ts';
export { compareQuantiles, type QuantileArm, type QuantileComparisonInput } from './compare-quantiles.ts';
export { quantileRank } from './order-statistic.ts';
export { estimateQuantile, type QuantileEstimate, type QuantileInput } from './quantile-estimate.ts';
export { type QuantileSummary, summarizedQuantile } from './quantile-summary.ts';
export { boundLevels } from './rank-bounds.ts';
