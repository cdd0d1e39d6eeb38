import type { Effects } from '../effects.ts';
import { fiellerLift } from '../lift/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile, normalSurvival, studentTSurvival, studentTUpperQuantile } from '../special/index.ts';
import { type DifferenceEstimate, varianceOf } from './difference-estimate.ts';

/**
 * Test, interval and lift of an estimated difference: with Student's t by Welch (1947) and, over several strata, degrees
 * of freedom by Satterthwaite (1946), V²/Σ v²/df; with the normal z = δ/se. The lift is Fieller's with the same critical
 * value. Unknown with `zero-variance` or `overflow`.
 */
export function effectsOf(estimate: DifferenceEstimate, alpha: number): Outcome<Effects> {
  const { difference, parts, reference } = estimate;
  const known = varianceOf(estimate, 0);
  if (known.kind === 'unknown') return known;
  const { variance } = known;
  const se = Math.sqrt(variance);
  const statistic = difference / se;
  if (![difference, statistic].every(Number.isFinite)) return unknown('overflow');
  const df = reference === 'student' ? known.df : null;
  const critical = df === null ? -normalQuantile(alpha / 2) : studentTUpperQuantile(alpha / 2, df);
  const tail = df === null ? normalSurvival(Math.abs(statistic)) : studentTSurvival(Math.abs(statistic), df);
  const ci = [difference - critical * se, difference + critical * se] as const;
  if (!ci.every(Number.isFinite)) return unknown('overflow');
  return {
    kind: 'estimate',
    p: 2 * tail,
    absolute: { estimate: difference, ci, se, statistic, df },
    relative: fiellerLift({
      difference,
      control: estimate.control,
      differenceVariance: variance,
      controlVariance: parts.reduce((sum, part) => sum + part.control, 0),
      covariance: -parts.reduce((sum, part) => sum + part.shared, 0),
      critical,
    }),
  };
}
