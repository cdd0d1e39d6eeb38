import { driftForPower, exitProbabilities } from '../group-sequential/index.ts';
import { AnalysisInputError } from '../input-error.ts';
import type { Outcome } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import {
  type Contrast,
  contrastOf,
  distanceOf,
  plannedSe,
  requireDistance,
  unitVariance,
} from './contrast.ts';
import type { MeanPlan } from './normal-power.ts';
import { requirePower, type UnitsNeeded, unitsNeeded } from './units-needed.ts';

/** When a group-sequential test looks, and where it stops. */
export interface Looks {
  /** Of |z| (two-sided) or of z (one-sided) at each look, as the plan's test is; null where it cannot stop. */
  readonly bounds: readonly (number | null)[];
  /** Ascending shares of the final units; the last is 1. */
  readonly informationFractions: readonly number[];
}

export interface SequentialPower {
  /** Probability to stop on the right side at any look; with `strict` on either. */
  readonly power: number;
  /** Of it, what each look and those before it reach. */
  readonly cumulative: readonly number[];
  /** Mean units of the treatment at the end, whichever way it ends. */
  readonly expectedNPerArm: number;
}

/**
 * Power of a z test of two means that may stop at several looks, and its expected size: exit probabilities by the
 * recursion of Armitage, McPherson & Rowe (Jennison & Turnbull 2000, "Group sequential methods", chapter 19) with drift
 * δ/se at the final units. Use it with the bounds of Lan & DeMets. Assumes independent units and many at each look.
 * @param nPerArm final units of the treatment; the control has `allocation` times as many
 * @example groupSequentialPower({ effect: 1, sd: 5, alpha: 0.05 }, 400, { bounds: [2.9626, 1.9686], informationFractions: [0.5, 1] }) // { power: 0.80599, expectedNPerArm: 366.425 }
 */
export function groupSequentialPower(plan: MeanPlan, nPerArm: number, looks: Looks): SequentialPower {
  requirePositive('nPerArm', nPerArm);
  const contrast = contrastOf(plan);
  return powerAt(contrast, distanceOf(contrast, plan, plan.effect), nPerArm, looks, plan.strict === true);
}

/**
 * Final units with which a group-sequential z test has a power: nT = drift²·(σ²C/κ + σ²T)/δ² with the drift that reaches
 * it at any look (Jennison & Turnbull 2000, 19.3): the fixed test's times the inflation factor. Unknown with `overflow`.
 * @example groupSequentialSampleSize({ effect: 1, sd: 5, alpha: 0.05 }, 0.8, { bounds: [2.1782715, 2.1782715], informationFractions: [0.5, 1] }) // { nPerArm: 435.7746 }
 */
export function groupSequentialSampleSize(
  plan: Omit<MeanPlan, 'strict'>,
  power: number,
  looks: Looks,
): Outcome<UnitsNeeded> {
  const contrast = contrastOf(plan);
  const distance = requireDistance(contrast, plan, plan.effect);
  requirePower(power, contrast.tail);
  requireFinalLook(looks);
  const drift = driftForPower({ ...looks, sided: contrast.sided, power });
  return unitsNeeded(drift * (drift / distance) * (unitVariance(contrast) / distance), contrast.allocation);
}

/** The same for what has been checked. */
export function powerAt(
  contrast: Contrast,
  distance: number,
  nPerArm: number,
  looks: Looks,
  strict: boolean,
): SequentialPower {
  requireFinalLook(looks);
  const drift = distance / plannedSe(contrast, nPerArm);
  const exits = exitProbabilities({ ...looks, sided: contrast.sided, drift });
  let reached = 0;
  const cumulative = exits.upper.map((upper, i) => {
    reached += upper + (strict ? (exits.lower[i] ?? 0) : 0);
    return Math.min(1, reached);
  });
  return { power: cumulative.at(-1) ?? 0, cumulative, expectedNPerArm: exits.expectedInformation * nPerArm };
}

function requireFinalLook({ informationFractions }: Looks): void {
  const last = informationFractions.length - 1;
  if (last >= 0 && informationFractions[last] !== 1) {
    throw new AnalysisInputError(`informationFractions[${last}]`, '1: the last look is at the final units');
  }
}
