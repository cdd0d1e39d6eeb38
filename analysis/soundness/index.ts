export { type AssignmentCount, assignmentDeviation } from './assignment-deviation.ts';
export { cappedAgainstRaw } from './capped-against-raw.ts';
export { type DominantUnit, type DominantUnitInput, dominantUnit } from './dominant-unit.ts';
export { fullWeeks } from './full-weeks.ts';
export { type ArmUnits, type LostUnits, lostUnits } from './lost-units.ts';
export { type DayEffect, type Novelty, novelty } from './novelty.ts';
export { type PrePeriodDifference, type PrePeriodMetric, prePeriod } from './pre-period.ts';
export {
  type DimensionArms,
  sampleRatioByDimension,
  type ValueSampleRatio,
} from './sample-ratio-by-dimension.ts';
export { type EpochUnits, type SampleRatioByEpoch, sampleRatioByEpoch } from './sample-ratio-by-epoch.ts';
export { type DayUnits, type ShareDrift, shareDrift } from './share-drift.ts';
export type { Soundness, SoundnessStatus } from './status.ts';
export { twyman } from './twyman.ts';
export { unitsInTwoVariants } from './units-in-two-variants.ts';
export { type EpochWeights, weightsChanged } from './weights-changed.ts';
