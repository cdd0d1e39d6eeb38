export type {
  Attribution,
  BinsRow,
  ExactQuantiles,
  Exclusions,
  MomentsRow,
  Provenance,
  UnitsRow,
} from './attribution.ts';
export { closedWindows, nextClosing } from './closed-windows.ts';
export { type FollowUp, followUpOf, hasClosed, intervalsWatched } from './follow-up.ts';
export { MomentsAhead } from './live/ahead/index.ts';
export { AttributionLoop } from './live/attribution-loop.ts';
export { AttributionMetrics } from './live/attribution-metrics.ts';
export { Attributions } from './live/attributions.ts';
export { Attributor, type Step } from './live/attributor.ts';
export { buildIdentity } from './live/builds/index.ts';
export { type LiveAttribution, LiveMoments, type LiveSegments } from './live/live-moments.ts';
export type { EpochSample, UnitsTogether } from './live/units-together.ts';
export { Upkeep, type UpkeepState } from './live/upkeep.ts';
export { RELATIVE_ERROR } from './metric-types/index.ts';
export { mergeBins, type OrderStatistics, quantileOfBins, unitsOf } from './quantile-of-bins.ts';
export { Recomputation, type RecomputationOptions } from './recomputation.ts';
