import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requirePositive } from '../requirements.ts';

/** What repeated confidence says at a look. */
export interface RepeatedInterval {
  readonly estimate: number;
  readonly ci: Interval;
}

/**
 * Jennison and Turnbull's repeated confidence interval, estimate ± bound·se with the look's critical value (Jennison &
 * Turnbull 1989, "Interim analyses: the repeated confidence interval approach", JRSS B 51, 305–361): at all looks together
 * it covers the effect with probability 1 − alpha of the two-sided bounds, whether or not the test stops. It excludes 0
 * exactly where the bound is crossed. Unknown with `too-early` at a look that cannot stop, or `overflow`.
 * @param bound critical value of |z| at this look; null where the test cannot stop
 * @example repeatedInterval(0.29, 0.125, 2.5114275) // { estimate: 0.29, ci: [-0.02393, 0.60393] }
 */
export function repeatedInterval(
  estimate: number,
  se: number,
  bound: number | null,
): Outcome<RepeatedInterval> {
  requireFinite('estimate', estimate);
  requirePositive('se', se);
  if (bound === null) return unknown('too-early');
  requirePositive('bound', bound);
  const ci = [estimate - bound * se, estimate + bound * se] as const;
  if (!ci.every(Number.isFinite)) return unknown('overflow');
  return { kind: 'estimate', estimate, ci };
}
