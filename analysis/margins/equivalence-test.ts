import type { DifferenceEstimate } from '../comparison/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireTable, type Table } from '../proportions/index.ts';
import { requirePositive } from '../requirements.ts';
import { effectOf, effectOfProportions } from './effect.ts';
import {
  type Boundary,
  type MarginKind,
  requireOneSidedAlpha,
  requireReachable,
  requireReachableByProportions,
} from './margin.ts';
import { type OneSidedTest, oneSidedTest } from './one-sided-test.ts';
import { oneSidedTestOfProportions } from './one-sided-test-of-proportions.ts';

/** How far from 0 an effect may lie on either side and still be as good as none. */
export interface EquivalenceMargins {
  readonly kind: MarginKind;
  /** Both above 0; 0.2 and 0.25 below and above, relative, are the 80–125 % of bioequivalence. */
  readonly below: number;
  readonly above: number;
}

/** Both tests, and what they say together. */
export interface EquivalenceTest {
  /** The difference, or the lift where the margins are relative; null where the control has no events. */
  readonly estimate: number | null;
  /** The larger of the two p. */
  readonly p: number;
  /** The bounds of the two tests, an interval of confidence 1 − 2α; null where the effect has no bound. */
  readonly ci: readonly [lower: number | null, upper: number | null];
  readonly lower: OneSidedTest;
  readonly upper: OneSidedTest;
  /** p < α: the effect lies between the margins. */
  readonly shown: boolean;
}

/**
 * Equivalence of a mean or a ratio by two one-sided tests (TOST; Schuirmann 1987, "A comparison of the two one-sided tests
 * procedure and the power approach for assessing the equivalence of average bioavailability"), each as in `marginTest`:
 * Welch's t, for ratios z. Assumes what the estimate does. Unknown with `zero-variance`, `overflow` or
 * `control-may-be-zero`; throws an `AnalysisInputError` for malformed margins.
 * @param estimate of `estimateMeans` or `estimateRatios`
 * @param alpha of each test
 * @example equivalenceTest({ difference: 0.1, control: 10, parts: [{ variance: 0.02, control: 0.02, shared: 0.02, df: 500 }, { variance: 0.02, control: 0, shared: 0, df: 500 }], reference: 'student' }, { kind: 'absolute', below: 0.5, above: 0.5 }, 0.05) // { estimate: 0.1, p: 0.0229, ci: [-0.2293, 0.4293], shown: true }
 */
export function equivalenceTest(
  estimate: DifferenceEstimate,
  margins: EquivalenceMargins,
  alpha: number,
): Outcome<EquivalenceTest> {
  const { lower, upper } = boundariesOf(margins, alpha, requireReachable);
  return together(
    effectOf(estimate, margins.kind),
    oneSidedTest(estimate, lower, alpha),
    oneSidedTest(estimate, upper, alpha),
    alpha,
  );
}

/**
 * Equivalence of two proportions by two one-sided tests (TOST; Schuirmann 1987) with Miettinen and Nurminen's scores, each
 * as in `marginTestOfProportions`. Assumes independent units. Unknown with `no-units` or `no-events`; throws an
 * `AnalysisInputError` for malformed input.
 * @param alpha of each test
 * @example equivalenceTestOfProportions({ control: { events: 480, units: 800 }, treatment: { events: 420, units: 700 } }, { kind: 'absolute', below: 0.1, above: 0.1 }, 0.05) // { estimate: 0, p: 0.00004, ci: [-0.0417, 0.0416], shown: true }
 */
export function equivalenceTestOfProportions(
  table: Table,
  margins: EquivalenceMargins,
  alpha: number,
): Outcome<EquivalenceTest> {
  requireTable(table);
  const { lower, upper } = boundariesOf(margins, alpha, requireReachableByProportions);
  if (table.control.units === 0 || table.treatment.units === 0) return unknown('no-units');
  return together(
    effectOfProportions(table, margins.kind),
    oneSidedTestOfProportions(table, lower, alpha),
    oneSidedTestOfProportions(table, upper, alpha),
    alpha,
  );
}

function boundariesOf(
  { kind, below, above }: EquivalenceMargins,
  alpha: number,
  require: (field: string, boundary: Boundary) => void,
): { lower: Boundary; upper: Boundary } {
  requireOneSidedAlpha(alpha);
  requirePositive('margins.below', below);
  requirePositive('margins.above', above);
  const lower = { kind, at: -below, side: 'above' } as const;
  const upper = { kind, at: above, side: 'below' } as const;
  require('margins.below', lower);
  require('margins.above', upper);
  return { lower, upper };
}

function together(
  estimate: number | null,
  lower: Outcome<OneSidedTest>,
  upper: Outcome<OneSidedTest>,
  alpha: number,
): Outcome<EquivalenceTest> {
  if (lower.kind === 'unknown') return lower;
  if (upper.kind === 'unknown') return upper;
  const p = Math.max(lower.p, upper.p);
  const ci = [lower.bound, upper.bound] as const;
  return { kind: 'estimate', estimate, p, ci, lower, upper, shown: p < alpha };
}
