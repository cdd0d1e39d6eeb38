import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount, requireFraction, requirePositive } from '../requirements.ts';
import { binomialAsUnlikely, binomialLower, binomialUpper } from './binomial-tails.ts';
import { exactRatioInterval } from './exact-ratio-interval.ts';

/** Events of an arm, and what they happened in: units, unit-days, sessions. */
export interface EventCount {
  readonly events: number;
  /** Above 0, in the same unit for both arms. */
  readonly exposure: number;
}

/** The exact comparison of two rates. */
export interface ExactConditional {
  /** The rate ratio, treatment / control; null where the control has no events. */
  readonly estimate: number | null;
  /** Of the rate ratio; the upper end is null where the control has no events. */
  readonly ci: readonly [lower: number, upper: number | null];
  /** Twice the smaller of the one-sided p, at most 1: below α exactly when the interval excludes the ratio tested. */
  readonly p: number;
  /** That the ratio is below, and above, the one tested. */
  readonly pLess: number;
  readonly pGreater: number;
  /** Two-sided by adding up all outcomes as unlikely as this one, as R's and SciPy's binomial tests do. */
  readonly pAsUnlikely: number;
}

/**
 * The exact conditional test of the ratio of two Poisson rates (Przyborowski & Wilenski 1940, "Homogeneity of results in
 * testing samples from Poisson series"; Lehmann & Romano 2005, "Testing statistical hypotheses", 4.5): of n events in all,
 * those of the treatment are binomial with the share ρ·tT/(ρ·tT + tC), t the exposures and ρ the ratio tested. The interval is
 * Clopper & Pearson's (1934) of that share. The method for rare events: crashes, refunds, conversions of one in thousands.
 * Assumes events independent of each other, no more than about one a unit; where units have several, compare means or
 * ratios. Never anti-conservative. Unknown with `no-events`; throws an `AnalysisInputError` for malformed input.
 * @param ratio tested, such as 1, or 1 + M for a margin
 * @example exactConditional({ control: { events: 3, exposure: 10000 }, treatment: { events: 12, exposure: 10000 }, ratio: 1, alpha: 0.05 }) // { estimate: 4, p: 0.03516, pGreater: 0.01758, ci: [1.0795, 22.0883] }
 */
export function exactConditional(input: {
  readonly control: EventCount;
  readonly treatment: EventCount;
  readonly ratio: number;
  readonly alpha: number;
}): Outcome<ExactConditional> {
  const { control, treatment, ratio, alpha } = input;
  requireFraction('alpha', alpha);
  requirePositive('ratio', ratio);
  for (const arm of ['control', 'treatment'] as const) {
    requireCount(`${arm}.events`, input[arm].events);
    requirePositive(`${arm}.exposure`, input[arm].exposure);
  }
  const n = control.events + treatment.events;
  if (n > MOST_EVENTS)
    throw new AnalysisInputError('treatment.events', 'fewer, as exact tests are for rare events');
  if (n === 0) return unknown('no-events');
  const odds = (ratio * treatment.exposure) / control.exposure;
  const relative = treatment.exposure / control.exposure;
  const estimate = treatment.events / control.events / relative;
  if (!(odds > 0 && odds < Number.POSITIVE_INFINITY)) return unknown('overflow');
  const [p, q] = [odds / (1 + odds), 1 / (1 + odds)];
  const pLess = binomialLower(treatment.events, n, p, q);
  const pGreater = binomialUpper(treatment.events, n, p, q);
  const ci = exactRatioInterval(treatment.events, control.events, alpha).map((bound) => {
    return bound === null ? null : bound / relative;
  });
  const [lower, upper] = [ci[0] ?? 0, ci[1] ?? null];
  if (![control.events === 0 ? 0 : estimate, lower, upper ?? 0].every(Number.isFinite))
    return unknown('overflow');
  return {
    kind: 'estimate',
    estimate: control.events === 0 ? null : estimate,
    ci: [lower, upper],
    p: Math.min(1, 2 * Math.min(pLess, pGreater)),
    pLess,
    pGreater,
    pAsUnlikely: binomialAsUnlikely(treatment.events, n, p, q),
  };
}

/** Beyond this the incomplete beta function leaves the range for which its accuracy is measured. */
const MOST_EVENTS = 1e8;
