import type { Scenario } from '../scenario.ts';
import { asymptoticScenarios } from './asymptotic.ts';
import { bayesScenarios } from './bayes.ts';
import { boundsVerdictScenarios } from './bounds-verdicts.ts';
import { confidenceSequenceScenarios } from './confidence-sequences.ts';
import { correlatedScenarios } from './correlated.ts';
import { guardrailErrorScenarios } from './guardrail-errors.ts';
import { guardrailLateScenarios } from './guardrail-late.ts';
import { guardrailSpeedScenarios } from './guardrail-speed.ts';
import { liftScenarios } from './lift.ts';
import { marginScenarios } from './margins.ts';
import { meanScenarios } from './means.ts';
import { multiplicityScenarios } from './multiplicity.ts';
import { peekingScenarios } from './peeking.ts';
import { powerScenarios } from './power.ts';
import { proportionScenarios } from './proportions.ts';
import { sampleRatioScenarios } from './sample-ratio.ts';
import { sequentialPowerScenarios } from './sequential-power.ts';
import { strataScenarios } from './strata.ts';
import { survivalScenarios } from './survival.ts';

/** Everything that is calibrated, in the report's order. */
export const scenarios: readonly Scenario[] = [
  ...peekingScenarios,
  ...sequentialPowerScenarios,
  ...asymptoticScenarios,
  ...sampleRatioScenarios,
  ...guardrailSpeedScenarios,
  ...guardrailErrorScenarios,
  ...guardrailLateScenarios,
  ...confidenceSequenceScenarios,
  ...boundsVerdictScenarios,
  ...meanScenarios,
  ...liftScenarios,
  ...proportionScenarios,
  ...correlatedScenarios,
  ...strataScenarios,
  ...marginScenarios,
  ...survivalScenarios,
  ...powerScenarios,
  ...multiplicityScenarios,
  ...bayesScenarios,
];
