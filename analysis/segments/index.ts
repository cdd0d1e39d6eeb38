export { type Heterogeneity, heterogeneity } from './heterogeneity.ts';
export {
  type Dimension,
  type DimensionHeterogeneity,
  heterogeneityOverDimensions,
} from './heterogeneity-over-dimensions.ts';
export type { SegmentEstimate } from './segment-estimate.ts';
export { type ShrunkenSegment, type ShrunkenSegments, shrunkenSegments } from './shrunken-segments.ts';
export {
  type DimensionUnits,
  type SegmentContribution,
  type WhatDiffers,
  whatDiffers,
} from './what-differs.ts';
