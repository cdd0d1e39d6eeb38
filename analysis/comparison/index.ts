export { compareMeans, estimateMeans } from './compare-means.ts';
export { compareProportions } from './compare-proportions.ts';
export { compareRatios, estimateRatios } from './compare-ratios.ts';
export type { Comparison, ComparisonInput, ComparisonMethod, CovariateUse, Stratum } from './comparison.ts';
export { type DifferenceEstimate, type VariancePart, varianceOf } from './difference-estimate.ts';
export { mergeThinStrata } from './merge-thin-strata.ts';
