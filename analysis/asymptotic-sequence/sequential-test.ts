import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requirePositive, requireProbability } from '../requirements.ts';
import { delayedStartBoundary, delayedStartLogP } from './delayed-start.ts';
import { mixtureBoundary, type OneSidedForm } from './mixture-boundary.ts';
import { mixtureLogP } from './mixture-evidence.ts';
import type { Alternative } from './mixture-variance.ts';

/** Which sequence: a normal mixture narrowest at `tuning` units, or one that starts at `start` units. */
export type SequencePlan =
  | { readonly method: 'mixture'; readonly tuning: number; readonly form?: OneSidedForm | undefined }
  | { readonly method: 'delayed-start'; readonly start: number };

/** An estimate at one look, whatever it is an estimate of. */
export interface SequentialInput {
  readonly estimate: number;
  readonly se: number;
  /** Units of both arms together. */
  readonly n: number;
  readonly alpha: number;
  readonly plan: SequencePlan;
  /** Two-sided where not given. */
  readonly alternative?: Alternative | undefined;
  /** The p of all looks so far, if there were any. */
  readonly previousP?: number | undefined;
}

/** What may be said at any look, however many there are. */
export interface SequentialTest {
  readonly estimate: number;
  readonly se: number;
  /** Estimate / standard error. */
  readonly statistic: number;
  /** The statistic's critical value at this look. */
  readonly boundary: number;
  /** Bounds of the effect; null on the side that a one-sided sequence leaves open. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** The running minimum of p over the looks: it never rises. */
  readonly p: number;
  /** p of this look alone, and its logarithm where it underflows. */
  readonly pNow: number;
  readonly logPNow: number;
}

/**
 * An estimate read at any time: interval estimate ± boundary·se and running p of an asymptotic confidence sequence
 * (Waudby-Smith et al., arXiv 2103.06476) by the normal mixture, or by the sequence that starts late (Robbins & Siegmund 1970). The interval
 * of a look excludes 0 exactly where that look's p is at most alpha. For scorecards without a horizon; asymptotic: with
 * skewed metrics or lopsided splits its false alarms exceed alpha, so it takes no decisions by itself. Unknown with
 * `too-early` before the start of a sequence, or `overflow`; throws an `AnalysisInputError` for malformed input.
 * @example sequentialTest({ estimate: 0.29, se: 0.125, n: 6868, alpha: 0.05, plan: { method: 'mixture', tuning: 5000 } }) // { lower: -0.090068, upper: 0.670068, p: 0.293243 }
 */
export function sequentialTest(input: SequentialInput): Outcome<SequentialTest> {
  const { estimate, se, alternative = 'two-sided', previousP = 1 } = input;
  requireFinite('estimate', estimate);
  requirePositive('se', se);
  requireProbability('previousP', previousP);
  const boundary = boundaryOf(input);
  if (boundary === null) return unknown('too-early');
  const statistic = estimate / se;
  const half = boundary * se;
  if (![statistic * statistic, estimate - half, estimate + half].every(Number.isFinite))
    return unknown('overflow');
  const logPNow = logPOf(statistic, input);
  const pNow = Math.exp(logPNow);
  return {
    kind: 'estimate',
    estimate,
    se,
    statistic,
    boundary,
    lower: alternative === 'less' ? null : estimate - half,
    upper: alternative === 'greater' ? null : estimate + half,
    p: Math.min(previousP, pNow),
    pNow,
    logPNow,
  };
}

type Look = Pick<SequentialInput, 'n' | 'alpha' | 'alternative' | 'plan'>;

/** The critical value at a look; null before the start. */
export function boundaryOf({ n, alpha, alternative, plan }: Look): number | null {
  if (plan.method === 'mixture')
    return mixtureBoundary(n, plan.tuning, alpha, { alternative, form: plan.form });
  requirePositive('start', plan.start);
  requirePositive('n', n);
  return n < plan.start ? null : delayedStartBoundary(n, plan.start, alpha, alternative);
}

/** ln p of a statistic at a look that is not before the start. */
export function logPOf(statistic: number, { n, alpha, alternative, plan }: Look): number {
  return plan.method === 'mixture'
    ? mixtureLogP(statistic, n, plan.tuning, alpha, { alternative, form: plan.form })
    : delayedStartLogP(statistic, n, plan.start, alternative);
}
