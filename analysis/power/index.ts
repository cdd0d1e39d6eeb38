export { anytimePower, anytimeSampleSize, type Watching } from './anytime-power.ts';
export type { Spread, TestDesign } from './contrast.ts';
export {
  groupSequentialPower,
  groupSequentialSampleSize,
  type Looks,
  type SequentialPower,
} from './group-sequential-power.ts';
export type { Margin } from './margin.ts';
export { meanDetectableEffect, meanPower, meanSampleSize } from './mean-power.ts';
export {
  type DetectableEffect,
  type MeanPlan,
  normalDetectableEffect,
  normalPower,
  normalSampleSize,
} from './normal-power.ts';
export { proportionMarginPlan } from './proportion-margin.ts';
export type { ProportionPlan } from './proportion-plan.ts';
export {
  type DetectableProportion,
  detectableProportion,
  proportionPower,
  proportionSampleSize,
} from './proportion-power.ts';
export { type RatioParts, ratioSd } from './ratio-sd.ts';
export { type RemainingUnits, type RunningExperiment, remainingUnits } from './remaining-units.ts';
export { type SimulatedMeans, simulatedMeans, type UnitModel } from './simulated-means.ts';
export { type SimulatedPower, simulatedPower } from './simulated-power.ts';
export type { UnitsNeeded } from './units-needed.ts';
