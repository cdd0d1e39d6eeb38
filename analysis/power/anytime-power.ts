import { mixtureBoundary } from '../asymptotic-sequence/index.ts';
import { equalFractions } from '../group-sequential/index.ts';
import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import { rootAbove } from '../roots/index.ts';
import { normalQuantile } from '../special/index.ts';
import { type Contrast, contrastOf, distanceOf, requireDistance, unitVariance } from './contrast.ts';
import {
  groupSequentialSampleSize,
  type Looks,
  powerAt,
  type SequentialPower,
} from './group-sequential-power.ts';
import { type MeanPlan, zSum } from './normal-power.ts';
import { requirePower, type UnitsNeeded, unitsNeeded } from './units-needed.ts';

/** The recursion over looks is no better. */
const RECURSION_PRECISION = 1e-11;

/** A sample size takes several recursions over all looks. */
const MOST_LOOKS_OF_A_SEARCH = 50;

/** How a normal-mixture confidence sequence will be watched. */
export interface Watching {
  /** N*, in units of both arms together; `final` for the final units, whatever they are. */
  readonly tuning: number | 'final';
  /** Equally spaced looks; 1 where not given, at the final units alone, which leaves out what earlier looks would find. */
  readonly looks?: number | undefined;
}

/**
 * Power of a test of two means by the normal-mixture (asymptotic) confidence sequence: the fixed test's zα replaced by
 * the sequence's boundary at each look (Waudby-Smith et al., arXiv 2103.06476), exit probabilities by the recursion of
 * Armitage, McPherson & Rowe. More looks find more; every number of them is allowed. Assumes independent units, many at
 * each look.
 * @param nPerArm final units of the treatment; the control has `allocation` times as many
 * @example anytimePower({ effect: 1, sd: 5, alpha: 0.05 }, 400, { tuning: 800 }) // { power: 0.418090 }
 */
export function anytimePower(plan: MeanPlan, nPerArm: number, watching: Watching): SequentialPower {
  requirePositive('nPerArm', nPerArm);
  const contrast = contrastOf(plan);
  const distance = distanceOf(contrast, plan, plan.effect);
  return powerAt(
    contrast,
    distance,
    nPerArm,
    looksAt(contrast, plan.alpha, nPerArm, watching),
    plan.strict === true,
  );
}

/**
 * Final units with which that test has a power, by bracketing: where N* is fixed the boundary changes with the units.
 * Unknown with `overflow`.
 * @example anytimeSampleSize({ effect: 1, sd: 5, alpha: 0.05 }, 0.8, { tuning: 'final' }) // { nPerArm: 751.4906 }
 */
export function anytimeSampleSize(
  plan: Omit<MeanPlan, 'strict'>,
  power: number,
  watching: Watching,
): Outcome<UnitsNeeded> {
  const contrast = contrastOf(plan);
  const distance = requireDistance(contrast, plan, plan.effect);
  requirePower(power, contrast.tail);
  if ((watching.looks ?? 1) > MOST_LOOKS_OF_A_SEARCH)
    throw new AnalysisInputError('looks', `at most ${MOST_LOOKS_OF_A_SEARCH}`);
  if (watching.tuning === 'final') {
    return groupSequentialSampleSize(plan, power, looksAt(contrast, plan.alpha, 1, watching));
  }
  const target = normalQuantile(power);
  // Of the probit, which is nearly straight in √n.
  const excess = (root: number) => {
    const looks = looksAt(contrast, plan.alpha, root * root, watching);
    const reached = powerAt(contrast, distance, root * root, looks, false).power;
    return normalQuantile(Math.min(reached, 1 - 2 ** -53)) - target;
  };
  // No test with these errors does with fewer units than the fixed one.
  const fixed = (zSum(contrast.tail, power) / distance) * Math.sqrt(unitVariance(contrast));
  if (!(fixed * fixed * Math.max(1, contrast.allocation) < 1e14)) return unknown('overflow');
  const root = rootAbove(excess, fixed, 2 * fixed, RECURSION_PRECISION);
  return unitsNeeded(root * root, contrast.allocation);
}

function looksAt(contrast: Contrast, alpha: number, nPerArm: number, { tuning, looks = 1 }: Watching): Looks {
  const units = nPerArm * (1 + contrast.allocation);
  const informationFractions = equalFractions(looks);
  const alternative = contrast.sided === 2 ? 'two-sided' : 'greater';
  const bounds = informationFractions.map((fraction) =>
    mixtureBoundary(fraction * units, tuning === 'final' ? units : tuning, alpha, { alternative }),
  );
  return { informationFractions, bounds };
}
