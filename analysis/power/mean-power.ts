import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import { rootAbove } from '../roots/index.ts';
import { noncentralTCdf, studentTUpperQuantile } from '../special/index.ts';
import {
  type Contrast,
  contrastOf,
  distanceOf,
  plannedSe,
  requireDistance,
  type Spread,
  type TestDesign,
} from './contrast.ts';
import { type DetectableEffect, type MeanPlan, zSum } from './normal-power.ts';
import { rejectionProbability } from './rejection-probability.ts';
import { type UnitsNeeded, unitsNeeded } from './units-needed.ts';

/**
 * Power of a t test of two means: P(T > t) for noncentral t with δ/se (R's `power.t.test`; Cohen 1988, "Statistical
 * power analysis", 2.5), with Satterthwaite's degrees of freedom at the true variances, which are nC + nT − 2 for equal
 * variances and arms and an approximation to Welch's test otherwise. Assumes normal figures per unit; skewed ones need
 * many units or a simulation.
 * @param nPerArm units of the treatment, not necessarily whole; the control has `allocation` times as many
 * @example meanPower({ effect: 1, sd: 1, alpha: 0.05 }, 20) // { power: 0.8689528, df: 38 }
 */
export function meanPower(plan: MeanPlan, nPerArm: number): { readonly power: number; readonly df: number } {
  const contrast = contrastOf(plan);
  requireUnits(contrast, nPerArm);
  return powerAt(contrast, distanceOf(contrast, plan, plan.effect), nPerArm, plan.strict === true);
}

/**
 * Units that a t test of two means needs, by solving `meanPower` for them: R's `power.t.test(power = …)`. Where the
 * least that a t test can do with, two units in each arm, already gives more power, they are the answer. Unknown with
 * `overflow`.
 * @example meanSampleSize({ effect: 1, sd: 1, alpha: 0.05 }, 0.9) // { nPerArm: 22.02110, units: { control: 23, treatment: 23 } }
 */
export function meanSampleSize(plan: MeanPlan, power: number): Outcome<UnitsNeeded> {
  const contrast = contrastOf(plan);
  const distance = requireDistance(contrast, plan, plan.effect);
  const excess = (n: number) => powerAt(contrast, distance, n, plan.strict === true).power - power;
  const ofNormal = ((zSum(contrast.tail, power) / distance) * plannedSe(contrast, 1)) ** 2;
  // Beyond what doubles count, and before any t test can tell.
  if (!(ofNormal * Math.max(1, contrast.allocation) < Number.MAX_SAFE_INTEGER)) return unknown('overflow');
  const least = leastUnits(contrast);
  // A t test needs more units than a z test; one that counts both sides may need fewer, but never half of them.
  const half = Math.max(least, ofNormal / 2);
  const low = excess(half) < 0 ? half : least;
  if (excess(low) >= 0) return unitsNeeded(low, contrast.allocation);
  return unitsNeeded(rootAbove(excess, low, 2 * low), contrast.allocation);
}

/**
 * The smallest effect that a t test detects with given units and power, by solving `meanPower` for it. Unknown with
 * `overflow`.
 * @example meanDetectableEffect({ sd: 1, alpha: 0.05 }, 20, 0.9) // { effect: 1.0519931 }
 */
export function meanDetectableEffect(
  design: TestDesign & Spread,
  nPerArm: number,
  power: number,
): Outcome<DetectableEffect> {
  const contrast = contrastOf(design);
  requireUnits(contrast, nPerArm);
  const se = plannedSe(contrast, nPerArm);
  const excess = (ncp: number) => powerAt(contrast, ncp * se, nPerArm, false).power - power;
  const distance = rootAbove(excess, 0, 2 * zSum(contrast.tail, power)) * se;
  if (!Number.isFinite(distance)) return unknown('overflow');
  return { kind: 'estimate', effect: contrast.direction * (distance - contrast.offset), distance };
}

function powerAt(contrast: Contrast, distance: number, nPerArm: number, strict: boolean) {
  const df = satterthwaite(contrast, nPerArm);
  const critical = studentTUpperQuantile(contrast.tail, df);
  const ncp = distance / plannedSe(contrast, nPerArm);
  const wrongSide = strict && contrast.sided === 2 && ncp <= 40 ? noncentralTCdf(-critical, df, ncp) : 0;
  return { power: rejectionProbability(critical, df, ncp) + wrongSide, df };
}

/** (vC + vT)²/(vC²/(nC − 1) + vT²/(nT − 1)) by the variances' shares, whose squares neither overflow nor vanish. */
function satterthwaite(contrast: Contrast, treatmentUnits: number): number {
  const controlUnits = treatmentUnits * contrast.allocation;
  const control = contrast.controlVariance / contrast.allocation;
  const share = control / (control + contrast.treatmentVariance);
  return 1 / (share ** 2 / (controlUnits - 1) + (1 - share) ** 2 / (treatmentUnits - 1));
}

/** Units of the treatment with which both arms have two. */
function leastUnits({ allocation }: Contrast): number {
  return Math.max(2, 2 / allocation);
}

function requireUnits(contrast: Contrast, nPerArm: number): void {
  requirePositive('nPerArm', nPerArm);
  if (nPerArm < leastUnits(contrast)) {
    throw new AnalysisInputError('nPerArm', `at least ${leastUnits(contrast)}, two units in each arm`);
  }
}
