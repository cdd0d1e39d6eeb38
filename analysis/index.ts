export { type ArmSummary, armSummary } from './arm-summary.ts';
export { compareMeans } from './compare-means.ts';
export { compareProportions } from './compare-proportions.ts';
export { compareRatios } from './compare-ratios.ts';
export type {
  AbsoluteEffect,
  Comparison,
  ComparisonInput,
  ComparisonMethod,
  CovariateUse,
  Effects,
  Interval,
  NoLiftReason,
  RelativeEffect,
  Stratum,
} from './comparison.ts';
export { AnalysisInputError } from './input-error.ts';
export { addUnit, emptyMoments, type Moments, mergeMoments, momentsOf, subtractMoments } from './moments.ts';
export type { Outcome, Unknown, UnknownReason } from './outcome.ts';
export { type SampleRatio, type SampleRatioInput, sampleRatioChiSquare } from './sample-ratio.ts';
