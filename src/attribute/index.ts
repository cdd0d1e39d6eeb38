export type {
  Attribution,
  Exclusions,
  MomentsRow,
  UnitsRow,
} from './attribution.ts';
export { Recomputation, type RecomputationOptions } from './recomputation.ts';
