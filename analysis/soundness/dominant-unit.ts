import { compareMeans } from '../comparison/index.ts';
import { AnalysisInputError } from '../input-error.ts';
import { covarianceOf, type Moments, meanOf, momentsOf, subtractMoments } from '../moments/index.ts';
import type { Outcome } from '../outcome.ts';
import { requireFinite } from '../requirements.ts';
import type { Soundness } from './status.ts';

/** Two arms' moments [a], and the value furthest from the mean in each (of spend: the largest). */
export interface DominantUnitInput {
  readonly control: Moments;
  readonly treatment: Moments;
  readonly largest: { readonly control: number; readonly treatment: number };
  /** Two-sided, of the comparison's test. */
  readonly alpha: number;
}

/** The one unit that matters most, and what the result is without it. */
export interface DominantUnit {
  readonly arm: 'control' | 'treatment';
  readonly value: number;
  /** Of the difference's variance, from 0 to 1. */
  readonly shareOfVariance: number;
  /** Of the difference: (with − without)/with, beyond 1 where the sign turns; null where the difference is 0. */
  readonly shareOfDifference: number | null;
  readonly estimate: number;
  readonly p: number;
  readonly without: Outcome<{ readonly estimate: number; readonly p: number }>;
}

/**
 * Does one unit carry the result: leaves the unit that most of the difference's variance comes from, (x − m)²/(n(n − 1))
 * of v_C + v_T, out and compares again (Belsley, Kuh & Welsch 1980, "Regression diagnostics", chapter 2, deletion of one
 * row). `suspect` if it makes up more than half of the variance, or, of a significant result, more than half of the
 * difference: then the normal approximation does not hold, and a cap is missing. Unknown as `compareMeans`.
 * @example dominantUnit({
 *   control: momentsOf([[1], [2], [3], [2], [1]], [0]),
 *   treatment: momentsOf([[1], [2], [3], [2], [102]], [0]),
 *   largest: { control: 3, treatment: 102 },
 *   alpha: 0.05,
 * }) // { status: 'suspect', arm: 'treatment', shareOfVariance: 0.79952, shareOfDifference: 0.990099, without: { estimate: 0.2 } }
 */
export function dominantUnit(input: DominantUnitInput): Soundness<DominantUnit> {
  const { control, treatment, largest, alpha } = input;
  const arms = { control, treatment };
  const whole = compared(arms, alpha);
  if (whole.kind === 'unknown') return whole;
  const parts = (['control', 'treatment'] as const).map((arm) => ({
    arm,
    part: varianceOfUnit(`largest.${arm}`, arms[arm], largest[arm]),
  }));
  const variance = [control, treatment].reduce((sum, arm) => sum + covarianceOf(arm, [1], [1]) / arm.n, 0);
  const [{ arm, part }] = parts.toSorted((first, second) => second.part - first.part) as [
    (typeof parts)[number],
  ];
  const value = largest[arm];
  const unit = momentsOf([[value]], arms[arm].centre);
  const without = compared({ ...arms, [arm]: subtractMoments(arms[arm], unit) }, alpha);
  const shareOfVariance = Math.min(1, part / variance);
  const rest = meanWithout(arms[arm], value) - meanOf(arms[arm], [1]);
  const moved = arm === 'treatment' ? -rest : rest;
  const shareOfDifference = whole.estimate === 0 ? null : moved / whole.estimate;
  const carries = whole.p < alpha && shareOfDifference !== null && shareOfDifference > 0.5;
  const status = shareOfVariance > 0.5 || carries ? 'suspect' : 'sound';
  const { estimate, p } = whole;
  return { kind: 'estimate', status, arm, value, shareOfVariance, shareOfDifference, estimate, p, without };
}

function compared(
  arms: Readonly<Record<'control' | 'treatment', Moments>>,
  alpha: number,
): Outcome<{ estimate: number; p: number }> {
  const input = { control: 'control', treatment: 'treatment', alpha, covariate: false } as const;
  const outcome = compareMeans({ ...input, strata: [{ arms }] });
  if (outcome.kind === 'unknown') return outcome;
  return { kind: 'estimate', estimate: outcome.absolute.estimate, p: outcome.p };
}

/** What one unit adds to the variance of its arm's mean; throws if no unit of the arm can have that value. */
function varianceOfUnit(field: string, arm: Moments, value: number): number {
  requireFinite(field, value);
  const deviation = value - meanOf(arm, [1]);
  const variance = covarianceOf(arm, [1], [1]);
  const most = (variance * (arm.n - 1) ** 2) / arm.n;
  if (deviation ** 2 > most * (1 + 1e-9) + Number.MIN_VALUE)
    throw new AnalysisInputError(
      field,
      `a value of one of the arm's units, within ${Math.sqrt(most)} of their mean`,
    );
  return deviation ** 2 / (arm.n * (arm.n - 1));
}

function meanWithout(arm: Moments, value: number): number {
  const mean = meanOf(arm, [1]);
  return mean - (value - mean) / (arm.n - 1);
}
