export type {
  Attribution,
  Exclusions,
  MomentsRow,
  UnitsRow,
} from './attribution.ts';
export { Attributor, type AttributorOptions, type Step } from './live/attributor.ts';
export { type LiveAttribution, LiveMoments } from './live/live-moments.ts';
export { Recomputation, type RecomputationOptions } from './recomputation.ts';
