// What everything shares.

// Comparisons of two arms over strata, with CUPED.
export {
  type Comparison,
  type ComparisonInput,
  type ComparisonMethod,
  type CovariateUse,
  compareMeans,
  compareProportions,
  compareRatios,
  type Stratum,
} from './comparison/index.ts';
export type { AbsoluteEffect, Effects, Interval, NoLiftReason, RelativeEffect } from './effects.ts';
export { AnalysisInputError } from './input-error.ts';

// Moments: what is known of an arm; they add, merge and subtract.
export {
  type ArmSummary,
  addUnit,
  armSummary,
  emptyMoments,
  type Moments,
  mergeMoments,
  momentsOf,
  subtractMoments,
} from './moments/index.ts';
export type { Outcome, Unknown, UnknownReason } from './outcome.ts';

// Is the split what was declared?
export { type SampleRatio, type SampleRatioInput, sampleRatioChiSquare } from './sample-ratio/index.ts';
