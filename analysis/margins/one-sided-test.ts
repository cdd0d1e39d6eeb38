import { type DifferenceEstimate, varianceOf } from '../comparison/index.ts';
import { fiellerLift } from '../lift/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile, normalSurvival, studentTSurvival, studentTUpperQuantile } from '../special/index.ts';
import type { Boundary } from './margin.ts';

/** A one-sided test that an effect lies on one side of a boundary. */
export interface OneSidedTest {
  /** Distance of the estimate from the boundary in standard errors: a t where `df` is given, else a z. */
  readonly statistic: number;
  readonly df: number | null;
  readonly p: number;
  /** One-sided confidence bound of the effect towards the boundary; null where the effect has no bound. */
  readonly bound: number | null;
}

/**
 * The test of D = δ − boundary, or of D = mT − (1 + M)·mC = δ − M·mC for a lift M, whose variance has the boundary's own
 * part, vT + (1 + M)²·vC; degrees of freedom by Satterthwaite of D. The bound is δ's, or Fieller's of the lift, with the same
 * critical value, so that it excludes the boundary exactly when p < α. A lift needs a control clearly above 0.
 */
export function oneSidedTest(
  estimate: DifferenceEstimate,
  { kind, at, side }: Boundary,
  alpha: number,
): Outcome<OneSidedTest> {
  const { difference, control, parts, reference } = estimate;
  const lift = kind === 'relative' ? at : 0;
  const known = varianceOf(estimate, lift);
  if (known.kind === 'unknown') return known;
  const se = Math.sqrt(known.variance);
  const distance = kind === 'relative' ? difference - at * control : difference - at;
  const statistic = distance / se;
  if (![distance, statistic].every(Number.isFinite)) return unknown('overflow');
  const df = reference === 'student' ? known.df : null;
  const towards = side === 'above' ? statistic : -statistic;
  const p = df === null ? normalSurvival(towards) : studentTSurvival(towards, df);
  const critical = df === null ? -normalQuantile(alpha) : studentTUpperQuantile(alpha, df);
  if (kind === 'absolute') {
    const bound = side === 'above' ? difference - critical * se : difference + critical * se;
    return Number.isFinite(bound) ? { kind: 'estimate', statistic, df, p, bound } : unknown('overflow');
  }
  const plain = varianceOf(estimate, 0);
  if (plain.kind === 'unknown') return plain;
  const { ci } = fiellerLift({
    difference,
    control,
    differenceVariance: plain.variance,
    controlVariance: parts.reduce((sum, part) => sum + part.control, 0),
    covariance: -parts.reduce((sum, part) => sum + part.shared, 0),
    critical,
  });
  if (control <= 0 || ci === null) return unknown('control-may-be-zero');
  return { kind: 'estimate', statistic, df, p, bound: side === 'above' ? ci[0] : ci[1] };
}
