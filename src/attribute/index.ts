export type {
  Attribution,
  Exclusions,
  FailedMetric,
  FrozenParameters,
  MomentsRow,
  Population,
  UnitsRow,
} from './attribution.ts';
export { Recomputation, type RecomputationOptions } from './recomputation.ts';
