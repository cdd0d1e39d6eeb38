// The face of the statistics library, by question; the special functions have a face of their own, special/index.ts.

// What everything shares.

export type { AbsoluteEffect, Effects, Interval, NoLiftReason, RelativeEffect } from './effects.ts';
export { AnalysisInputError } from './input-error.ts';
export type { Outcome, Unknown, UnknownReason } from './outcome.ts';

// Moments: what is known of an arm; they add, merge and subtract.

export {
  type ArmSummary,
  addUnit,
  armSummary,
  centredMomentsOf,
  emptyMoments,
  type Moments,
  mergeMoments,
  momentsOf,
  subtractMoments,
} from './moments/index.ts';

// Caps: totals cut at a percentile.

export {
  applyCap,
  type Capped,
  type CapRule,
  type PooledCap,
  pooledCap,
  pooledCapOfCounts,
  type ValueCount,
} from './caps/index.ts';

// Comparisons of two arms over strata: means, proportions, ratios, with CUPED.

export {
  type Comparison,
  type ComparisonInput,
  type ComparisonMethod,
  type CovariateUse,
  compareMeans,
  compareProportions,
  compareRatios,
  type DifferenceEstimate,
  estimateMeans,
  estimateRatios,
  mergeThinStrata,
  type Stratum,
  type VariancePart,
  varianceOf,
} from './comparison/index.ts';
export { covariateCoefficients, withMissingIndicator } from './covariates/index.ts';

// Relative lift.

export { type DeltaLift, type DeltaLiftInput, deltaLift, fiellerLift, type LiftInput } from './lift/index.ts';

// Proportions.

export {
  type Count,
  mantelHaenszel,
  miettinenNurminenInterval,
  miettinenNurminenRatioInterval,
  miettinenNurminenRatioZ,
  miettinenNurminenZ,
  newcombeInterval,
  pooledScore,
  type RatioInterval,
  type Table,
} from './proportions/index.ts';

// Counts and rare events.

export {
  type EventCount,
  type ExactConditional,
  exactConditional,
  type FisherExact,
  fisherExact,
} from './counts/index.ts';

// Quantiles.

export {
  boundLevels,
  type ClusteredQuantileInput,
  type Clustering,
  compareQuantiles,
  estimateClusteredQuantile,
  estimateQuantile,
  type QuantileArm,
  type QuantileComparisonInput,
  type QuantileEstimate,
  type QuantileInput,
  type QuantileSummary,
  quantileClustering,
  quantileRank,
  summarizedQuantile,
  withClustering,
} from './quantiles/index.ts';

// Time to event.

export {
  alignedRiskTables,
  compareSurvival,
  type FollowUp,
  type HazardRatio,
  kaplanMeier,
  type LogRank,
  logRank,
  petoHazardRatio,
  type RiskRow,
  type RiskTable,
  riskTableOf,
  type SurvivalComparison,
  type SurvivalComparisonInput,
  type SurvivalCurve,
  type SurvivalOnDay,
  type SurvivalPoint,
  type SurvivalStratum,
  survivalOnDay,
} from './survival/index.ts';

// Margins: non-inferiority, superiority by a margin, equivalence.

export {
  type EquivalenceMargins,
  type EquivalenceTest,
  equivalenceTest,
  equivalenceTestOfProportions,
  type Harmful,
  type Margin,
  type MarginKind,
  type MarginQuestion,
  type MarginTest,
  marginTest,
  marginTestOfProportions,
  type OneSidedTest,
} from './margins/index.ts';

// Bayes.

export {
  type BayesianInput,
  type BayesianResult,
  bayesianEffect,
  type EffectEstimate,
  type ExpectedLoss,
  effectOfMeans,
  expectedLoss,
  type NormalBelief,
  type NormalPrior,
  normalPosterior,
  type PosteriorInput,
} from './bayes/index.ts';

// Power, sample size and detectable effects.

export {
  anytimePower,
  anytimeSampleSize,
  type DetectableEffect,
  type DetectableProportion,
  detectableProportion,
  groupSequentialPower,
  groupSequentialSampleSize,
  type Looks,
  type Margin as PlannedMargin,
  type MeanPlan,
  meanDetectableEffect,
  meanPower,
  meanSampleSize,
  normalDetectableEffect,
  normalPower,
  normalSampleSize,
  type ProportionPlan,
  proportionMarginPlan,
  proportionPower,
  proportionSampleSize,
  type RatioParts,
  type RemainingUnits,
  type RunningExperiment,
  ratioSd,
  remainingUnits,
  type SequentialPower,
  type SimulatedMeans,
  type SimulatedPower,
  type Spread,
  simulatedMeans,
  simulatedPower,
  type TestDesign,
  type UnitModel,
  type UnitsNeeded,
  type Watching,
} from './power/index.ts';

// Valid at any time: means.

export {
  type Alternative,
  type AnytimeComparison,
  anytimeComparison,
  type Compare,
  delayedStartBoundary,
  delayedStartLogP,
  type MixtureSide,
  mixtureBoundary,
  mixtureLogE,
  mixtureLogP,
  mixtureVariance,
  type OneSidedForm,
  type SequencePlan,
  type SequentialInput,
  type SequentialTest,
  sequentialTest,
} from './asymptotic-sequence/index.ts';

// Valid at any time: per arm, exact.

export {
  type BettingState,
  type BoundedMeanPlan,
  type BoundSides,
  betaBinomialBounds,
  bettingBounds,
  type EmpiricalBernsteinState,
  empiricalBernsteinBounds,
  type MeanBounds,
  observeBetting,
  observeEmpiricalBernstein,
  observeEmpiricalBernsteinSums,
  type ProportionBoundsOptions,
  type ProportionCounts,
  startBetting,
  startEmpiricalBernstein,
} from './confidence-sequence/index.ts';

// Valid at any time: guardrails.

export {
  type BoundsVerdict,
  boundsVerdict,
  type ChangePointState,
  changePoint,
  type FirstEvents,
  type FirstImpressions,
  type GuardrailBounds,
  type GuardrailEvidence,
  type GuardrailMargin,
  type GuardrailNeeds,
  type GuardrailOutlook,
  type GuardrailPlan,
  type GuardrailState,
  type GuardrailTest,
  type GuardrailVerdict,
  guardrailEvidence,
  guardrailNeeds,
  guardrailVerdict,
  type HarmAtObservedShare,
  type HarmfulDirection,
  harmAtObservedShare,
  type Needed,
  observeChangePoint,
  observeGuardrail,
  startChangePoint,
  startGuardrail,
  type TestEvidence,
} from './guardrail/index.ts';

// Looks at planned times.

export {
  type AlphasInput,
  alphaSpent,
  boundsForAlphas,
  type ClassicInput,
  type DriftInput,
  driftForPower,
  type ExitInput,
  type ExitProbabilities,
  equalFractions,
  exitProbabilities,
  type GroupSequentialBounds,
  type InflationInput,
  inflationFactor,
  type LanDeMetsInput,
  lanDeMetsBounds,
  MOST_LOOKS,
  obrienFlemingBounds,
  type PastLook,
  pocockBounds,
  type RemainingInput,
  type RepeatedInterval,
  remainingBounds,
  repeatedInterval,
  type Sided,
  type Spending,
  type StagewiseInput,
  stagewisePValue,
} from './group-sequential/index.ts';

// Many tests at once.

export {
  benjaminiHochberg,
  type DecisionErrorRates,
  type DecisionPlan,
  decisionErrorRates,
  type EDiscovery,
  eBenjaminiHochberg,
  epochAlpha,
  holm,
} from './multiplicity/index.ts';

// Segments: do effects differ, and where does the overall effect come from.

export {
  type Dimension,
  type DimensionHeterogeneity,
  type DimensionUnits,
  type Heterogeneity,
  heterogeneity,
  heterogeneityOverDimensions,
  type SegmentContribution,
  type SegmentEstimate,
  type ShrunkenSegment,
  type ShrunkenSegments,
  shrunkenSegments,
  type WhatDiffers,
  whatDiffers,
} from './segments/index.ts';

// Sample ratio: is the split what was declared.

export {
  type AssignmentTable,
  assignmentIndependence,
  type IndependenceEvidence,
  type OverEpochs,
  observeSampleRatio,
  pOverEpochs,
  type SampleRatio,
  type SampleRatioEProcessInput,
  type SampleRatioEvidence,
  type SampleRatioInput,
  type SampleRatioPlan,
  type SampleRatioPrior,
  type SampleRatioState,
  type SequentialSampleRatio,
  sampleRatioChiSquare,
  sampleRatioEProcess,
  sequentialSampleRatio,
  startSampleRatio,
} from './sample-ratio/index.ts';

// Soundness: may the comparison be believed.

export {
  type ArmUnits,
  type AssignmentCount,
  assignmentDeviation,
  cappedAgainstRaw,
  type DayEffect,
  type DayUnits,
  type DimensionArms,
  type DominantUnit,
  type DominantUnitInput,
  dominantUnit,
  type EpochUnits,
  type EpochWeights,
  fullWeeks,
  type LostUnits,
  lostUnits,
  type Novelty,
  novelty,
  type PrePeriodDifference,
  type PrePeriodMetric,
  prePeriod,
  type SampleRatioByEpoch,
  type ShareDrift,
  type Soundness,
  type SoundnessStatus,
  sampleRatioByDimension,
  sampleRatioByEpoch,
  shareDrift,
  twyman,
  unitsInTwoVariants,
  type ValueSampleRatio,
  weightsChanged,
} from './soundness/index.ts';
