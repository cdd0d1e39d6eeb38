import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction, requirePositive } from '../requirements.ts';
import { rootBetween } from '../roots/index.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import { type ProportionContrast, type ProportionPlan, proportionContrast } from './proportion-plan.ts';
import { requirePower, type UnitsNeeded, unitsNeeded } from './units-needed.ts';

/**
 * Power of the pooled score test of two proportions: Φ((√n·|pT − pC| − z·√(p̄q̄(1 + 1/κ)))/√(pC·qC/κ + pT·qT)), p̄ the
 * mean over all units (Fleiss, Levin & Paik 2003, "Statistical methods for rates and proportions", 4.2; R's
 * `power.prop.test` for κ = 1). Assumes independent units and some events in each arm.
 * @param nPerArm units of the treatment; the control has `allocation` times as many
 * @example proportionPower({ control: 0.5, treatment: 0.75, alpha: 0.05 }, 50) // { power: 0.7401659 }
 */
export function proportionPower(plan: ProportionPlan, nPerArm: number): { readonly power: number } {
  requirePositive('nPerArm', nPerArm);
  return { power: powerAt(proportionContrast(plan), nPerArm, plan.strict === true) };
}

/**
 * Units that the pooled score test needs: nT = (z_{1−α/sided}·√(p̄q̄(1 + 1/κ)) + z_{1−β}·√(pC·qC/κ + pT·qT))²/δ²
 * (Fleiss, Levin & Paik 2003, 4.14; R's `power.prop.test(power = …)`), or with `strict` the solution for the power of
 * both sides. Unknown with `overflow`.
 * @example proportionSampleSize({ control: 0.5, treatment: 0.75, alpha: 0.05 }, 0.9) // { nPerArm: 76.70693, units: { control: 77, treatment: 77 } }
 */
export function proportionSampleSize(plan: ProportionPlan, power: number): Outcome<UnitsNeeded> {
  const contrast = proportionContrast(plan);
  const { tail, distance, nullSd, trueSd, allocation } = contrast;
  requirePower(power, tail);
  if (distance === 0) throw new AnalysisInputError('treatment', 'other than the control');
  const root = (-normalQuantile(tail) * nullSd + normalQuantile(power) * trueSd) / distance;
  const oneSided = Math.max(0, root) ** 2;
  if (plan.strict !== true || contrast.sided === 1) return unitsNeeded(oneSided, allocation);
  const excess = (n: number) => powerAt(contrast, n, true) - power;
  if (excess(0) >= 0) throw new AnalysisInputError('power', 'above that of a test without units');
  return unitsNeeded(rootBetween(excess, 0, oneSided), allocation);
}

/** The share of the treatment that is just detectable. */
export interface DetectableProportion {
  readonly treatment: number;
  /** Treatment − control. */
  readonly difference: number;
}

/**
 * The treatment's share that the pooled score test detects with given units and power, above or below the control's.
 * Unknown with `too-few-units` where not even every unit's (or no unit's) event would be detected.
 * @example detectableProportion({ control: 0.5, alpha: 0.05 }, 50, 0.9, 'increase') // { treatment: 0.80263058 }
 */
export function detectableProportion(
  design: Omit<ProportionPlan, 'treatment'>,
  nPerArm: number,
  power: number,
  direction: 'increase' | 'decrease',
): Outcome<DetectableProportion> {
  requirePositive('nPerArm', nPerArm);
  requireFraction('control', design.control);
  const { control } = design;
  const strict = design.strict === true;
  const contrastWith = (treatment: number) => proportionContrast({ ...design, treatment });
  requirePower(power, contrastWith(control).tail);
  const excess = (treatment: number) => powerAt(contrastWith(treatment), nPerArm, strict) - power;
  // As near to certainty as doubles come.
  const end = direction === 'increase' ? 1 - 2 ** -53 : Number.MIN_VALUE;
  if (excess(end) < 0) return unknown('too-few-units');
  const treatment = rootBetween(excess, control, end);
  return { kind: 'estimate', treatment, difference: treatment - control };
}

function powerAt(contrast: ProportionContrast, nPerArm: number, strict: boolean): number {
  const { distance, nullSd, trueSd, sided, tail } = contrast;
  const [reach, bound] = [Math.sqrt(nPerArm) * distance, -normalQuantile(tail) * nullSd];
  const wrongSide = strict && sided === 2 ? normalSurvival((bound + reach) / trueSd) : 0;
  return normalSurvival((bound - reach) / trueSd) + wrongSide;
}
