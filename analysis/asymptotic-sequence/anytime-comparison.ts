import type { Comparison, ComparisonInput } from '../comparison/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireProbability } from '../requirements.ts';
import { normalSurvival, studentTSurvival } from '../special/index.ts';
import { boundaryOf, logPOf, type SequencePlan } from './sequential-test.ts';

/** One of `compareMeans`, `compareProportions`, `compareRatios`. */
export type Compare = (input: ComparisonInput) => Outcome<Comparison>;

/** A comparison that may be read at any time: its intervals are wider, its p is the running minimum over the looks. */
export interface AnytimeComparison extends Omit<Comparison, 'unadjusted'> {
  /** The statistic's critical value at this look. */
  readonly boundary: number;
  /** Units of the two arms that were compared. */
  readonly n: number;
  readonly pNow: number;
  readonly logPNow: number;
}

/**
 * A comparison of two arms read at any time: the same comparison (strata, CUPED, Fieller's lift) with the critical value of an asymptotic
 * confidence sequence (Waudby-Smith et al., arXiv 2103.06476) in place of that of t or z, at n = units of both arms. So the
 * lift's interval excludes 0 exactly where the difference's does, but for single tables of proportions, whose p is the
 * score's and whose interval is Newcombe's. Its statistic is taken as normal. Assumes what the comparison assumes, and enough units for z to
 * be about normal at every look. Unknown with `too-early` before a sequence starts or more than 37 standard errors away
 * from any conclusion, and where the comparison is unknown.
 * @param previousP p of the looks so far, 1 before the first
 * @example anytimeComparison(compareMeans, { strata: [{ arms: { a: { n: 3000, centre: [0], sums: [1396.87], products: [52377.9767] }, b: { n: 3461, centre: [0], sums: [2422.7], products: [134698.29] } } }], control: 'a', treatment: 'b', alpha: 0.05, covariate: false }, { method: 'mixture', tuning: 5000 }, 1) // { n: 6461, absolute: { ci: [-0.160117, 0.62887] }, relative: { ci: [-0.272811, 2.254369] } }
 */
export function anytimeComparison(
  compare: Compare,
  input: ComparisonInput,
  plan: SequencePlan,
  previousP: number,
): Outcome<AnytimeComparison> {
  requireProbability('previousP', previousP);
  const fixed = compare(input);
  if (fixed.kind === 'unknown') return fixed;
  const n = unitsOf(input) - fixed.unitsLeftOut;
  const look = { n, alpha: input.alpha, plan };
  const boundary = boundaryOf(look);
  if (boundary === null) return unknown('too-early');
  // The alpha whose fixed critical value is the boundary: then everything else of the comparison stays as it is.
  const { df, statistic } = fixed.absolute;
  const alpha = 2 * (df === null ? normalSurvival(boundary) : studentTSurvival(boundary, df));
  if (!(alpha > 0)) return unknown('too-early');
  const widened = compare({ ...input, alpha });
  if (widened.kind === 'unknown') return widened;
  const logPNow = logPOf(statistic, look);
  const { absolute, relative, method, covariate, unitsLeftOut } = widened;
  const pNow = Math.exp(logPNow);
  return {
    kind: 'estimate',
    p: Math.min(previousP, pNow),
    pNow,
    logPNow,
    boundary,
    n,
    absolute,
    relative,
    method,
    covariate,
    unitsLeftOut,
  };
}

/** Units of the two arms in all strata. */
function unitsOf({ strata, control, treatment }: ComparisonInput): number {
  return strata.reduce((sum, { arms }) => sum + (arms[control]?.n ?? 0) + (arms[treatment]?.n ?? 0), 0);
}
