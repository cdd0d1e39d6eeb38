export { compareMeans } from './compare-means.ts';
export { compareProportions } from './compare-proportions.ts';
export { compareRatios } from './compare-ratios.ts';
export type { Comparison, ComparisonInput, ComparisonMethod, CovariateUse, Stratum } from './comparison.ts';
