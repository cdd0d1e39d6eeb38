// Without the module and its controller: a terminal computes too, and has no use for Nest.

import { asymptoticSequenceCalculations } from './asymptotic-sequence.ts';
import { bayesCalculations } from './bayes.ts';
import type { Calculation } from './calculation.ts';
import { confidenceSequenceCalculations } from './confidence-sequence.ts';
import { countCalculations } from './counts.ts';
import { cupedCalculations } from './cuped.ts';
import { groupSequentialCalculations } from './group-sequential.ts';
import { guardrailCalculations } from './guardrail.ts';
import { liftCalculations } from './lift.ts';
import { marginCalculations } from './margins.ts';
import { meanCalculations } from './means.ts';
import { momentCalculations } from './moments.ts';
import { multiplicityCalculations } from './multiplicity.ts';
import { powerCalculations } from './power.ts';
import { proportionCalculations } from './proportions.ts';
import { quantileCalculations } from './quantiles.ts';
import { ratioCalculations } from './ratios.ts';
import { sampleRatioCalculations } from './sample-ratio.ts';
import { segmentCalculations } from './segments.ts';
import { assignmentSoundnessCalculations } from './soundness-of-assignment.ts';
import { effectSoundnessCalculations } from './soundness-of-effects.ts';
import { specialCalculations } from './special.ts';
import { strataCalculations } from './strata.ts';
import { survivalCalculations } from './survival.ts';

export type { Calculation } from './calculation.ts';
export { computeOutcome, findCalculation, inputSchemaOf } from './compute.ts';

/** Every method that can be asked for by name, in the order in which a list shows them. */
export const calculations: readonly Calculation[] = [
  ...meanCalculations,
  ...strataCalculations,
  ...cupedCalculations,
  ...liftCalculations,
  ...proportionCalculations,
  ...ratioCalculations,
  ...countCalculations,
  ...quantileCalculations,
  ...survivalCalculations,
  ...marginCalculations,
  ...bayesCalculations,
  ...powerCalculations,
  ...momentCalculations,
  ...specialCalculations,
  ...asymptoticSequenceCalculations,
  ...groupSequentialCalculations,
  ...confidenceSequenceCalculations,
  ...guardrailCalculations,
  ...sampleRatioCalculations,
  ...multiplicityCalculations,
  ...segmentCalculations,
  ...assignmentSoundnessCalculations,
  ...effectSoundnessCalculations,
];
