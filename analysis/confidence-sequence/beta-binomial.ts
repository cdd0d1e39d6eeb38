import type { Interval } from '../effects.ts';
import { AnalysisInputError } from '../input-error.ts';
import { requireCount, requireFraction, requirePositive } from '../requirements.ts';
import { logBayesFactor } from '../sample-ratio/index.ts';
import { logIncompleteBeta } from '../special/index.ts';
import { firstInside } from './first-inside.ts';

/** Units whose window has closed, and those of them with the event. */
export interface ProportionCounts {
  readonly n: number;
  readonly events: number;
}

/** Both bounds at α together, or one at α and the other where the values end. */
export type BoundSides = 'both' | 'lower' | 'upper';

/** How a proportion is bounded. */
export interface ProportionBoundsOptions {
  /** Both unless said otherwise. */
  readonly sides?: BoundSides;
  /** Pseudo-counts of the Beta mixture, with and without the event; uniform, [1, 1], unless said otherwise. */
  readonly prior?: readonly [events: number, others: number];
}

/**
 * Beta-binomial mixture confidence sequence of a proportion (Robbins 1970, "Statistical methods related to the law of the
 * iterated logarithm"): the p against which a Beta(a, b) mixture has less than 1/α; with a = b = 1 those with
 * (n + 1)·C(n, S)·p^S·(1 − p)^(n−S) > α. A single bound truncates the mixture to its side. The true proportion stays
 * inside at all n at once with probability 1 − α, exactly, for independent units of one rate in any grouping. [0, 1]
 * without units. Bounds of several looks may be intersected.
 * @example betaBinomialBounds({ n: 10, events: 3 }, 0.05) // [0.036640, 0.733259]
 */
export function betaBinomialBounds(
  counts: ProportionCounts,
  alpha: number,
  { sides = 'both', prior = [1, 1] }: ProportionBoundsOptions = {},
): Interval {
  const { n, events } = counts;
  requireCount('n', n);
  requireCount('events', events);
  if (events > n) throw new AnalysisInputError('events', `at most the ${n} units`);
  requireFraction('alpha', alpha);
  requirePositive('prior[0]', prior[0]);
  requirePositive('prior[1]', prior[1]);
  const [a, b] = prior;
  const others = n - events;
  const limit = -Math.log(alpha);
  const logE = (p: number, q: number) => logBayesFactor([events, others], [p, q], prior);
  const above = (p: number, q: number) =>
    logIncompleteBeta(q, b + others, a + events, p) - logIncompleteBeta(q, b, a, p);
  const below = (p: number, q: number) =>
    logIncompleteBeta(p, a + events, b + others, q) - logIncompleteBeta(p, a, b, q);
  const lower = (p: number) => logE(p, 1 - p) + (sides === 'both' ? 0 : above(p, 1 - p)) < limit;
  const upper = (q: number) => logE(1 - q, q) + (sides === 'both' ? 0 : below(1 - q, q)) < limit;
  return [
    events === 0 || sides === 'upper' ? 0 : firstInside(events / n, lower),
    others === 0 || sides === 'lower' ? 1 : 1 - firstInside(others / n, upper),
  ];
}
