import { type Outcome, unknown } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import {
  contrastOf,
  distanceOf,
  plannedSe,
  requireDistance,
  type Spread,
  type TestDesign,
  unitVariance,
} from './contrast.ts';
import { requirePower, type UnitsNeeded, unitsNeeded } from './units-needed.ts';

/** A planned comparison of two means. */
export interface MeanPlan extends TestDesign, Spread {
  /** The true treatment − control. */
  readonly effect: number;
  /** Count rejections on the wrong side too (R's `strict`); false where not given. */
  readonly strict?: boolean | undefined;
}

/**
 * Power of a z test of two means with many units: Φ(δ/se − z), se² = σ²T/nT + σ²C/(κ·nT) (Chow, Shao, Wang & Lokhnygina
 * 2018, "Sample size calculations in clinical research", 3.2). For few units use `meanPower`. Assumes independent units
 * and variances known beforehand.
 * @param nPerArm units of the treatment; the control has `allocation` times as many
 * @example normalPower({ effect: 1, sd: 5, alpha: 0.05 }, 400) // { power: 0.8074296 }
 */
export function normalPower(plan: MeanPlan, nPerArm: number): { readonly power: number } {
  requirePositive('nPerArm', nPerArm);
  const contrast = contrastOf(plan);
  const noncentrality = distanceOf(contrast, plan, plan.effect) / plannedSe(contrast, nPerArm);
  const critical = -normalQuantile(contrast.tail);
  const wrongSide =
    plan.strict === true && contrast.sided === 2 ? normalSurvival(critical + noncentrality) : 0;
  return { power: normalSurvival(critical - noncentrality) + wrongSide };
}

/**
 * Units that a z test of two means needs: nT = (z_{1−α/sided} + z_{1−β})²·(σ²C/κ + σ²T)/δ², κ = nC/nT (Chow, Shao, Wang
 * & Lokhnygina 2018, 3.2; Wald's test counts no rejections on the wrong side). δ is the distance from the margin, if
 * there is one. Unknown with `overflow`.
 * @example normalSampleSize({ effect: 1, sd: 5, alpha: 0.05 }, 0.8) // { nPerArm: 392.443987, units: { control: 393, treatment: 393 } }
 */
export function normalSampleSize(plan: Omit<MeanPlan, 'strict'>, power: number): Outcome<UnitsNeeded> {
  const contrast = contrastOf(plan);
  const distance = requireDistance(contrast, plan, plan.effect);
  const z = zSum(contrast.tail, power);
  return unitsNeeded(z * (z / distance) * (unitVariance(contrast) / distance), contrast.allocation);
}

/** The smallest effect that a test with given units detects with the power asked for. */
export interface DetectableEffect {
  /** In the metric's unit: beside a margin, the true effect that shows the claim. */
  readonly effect: number;
  /** Its distance from the null hypothesis: (z_{1−α/sided} + z_{1−β})·se. */
  readonly distance: number;
}

/**
 * The minimum detectable effect of a z test, (z_{1−α/sided} + z_{1−β})·se (Bloom 1995, "Minimum detectable effects").
 * Unknown with `overflow`.
 * @example normalDetectableEffect({ sd: 5, alpha: 0.05 }, 400, 0.8) // { effect: 0.9905100 }
 */
export function normalDetectableEffect(
  design: TestDesign & Spread,
  nPerArm: number,
  power: number,
): Outcome<DetectableEffect> {
  requirePositive('nPerArm', nPerArm);
  const contrast = contrastOf(design);
  const distance = zSum(contrast.tail, power) * plannedSe(contrast, nPerArm);
  if (!Number.isFinite(distance)) return unknown('overflow');
  return { kind: 'estimate', effect: contrast.direction * (distance - contrast.offset), distance };
}

/** z_{1−tail} + z_{power}; the power must exceed the tail, or no effect at all would do. */
export function zSum(tail: number, power: number): number {
  requirePower(power, tail);
  return -normalQuantile(tail) + normalQuantile(power);
}
