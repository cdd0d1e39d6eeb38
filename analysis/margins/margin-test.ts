import type { DifferenceEstimate } from '../comparison/index.ts';
import type { Outcome } from '../outcome.ts';
import { requireTable, type Table } from '../proportions/index.ts';
import { effectOf, effectOfProportions } from './effect.ts';
import { boundaryOf, type MarginQuestion, requireReachableByProportions } from './margin.ts';
import { type OneSidedTest, oneSidedTest } from './one-sided-test.ts';
import { oneSidedTestOfProportions } from './one-sided-test-of-proportions.ts';

/** The answer to a question about a margin. */
export interface MarginTest extends OneSidedTest {
  /** The difference, or the lift where the margin is relative; null where the control has no events. */
  readonly estimate: number | null;
  /** The margin with its sign: the effect that the test is about. */
  readonly boundary: number;
  /** p < α: non-inferiority, or superiority by the margin, is shown. */
  readonly shown: boolean;
}

/**
 * Non-inferiority, or superiority by a margin, of a mean or a ratio (Wellek 2010, "Testing statistical hypotheses of
 * equivalence and noninferiority", 6.2; with a relative margin the test of D = mT − (1 ± M)·mC with variance vT + (1 ± M)²·vC,
 * Hauschke, Kieser, Diletti & Burke 1999, "Sample size determination for proving equivalence based on the ratio of two
 * means"): one-sided Welch t, for ratios z. A margin of 0 asks for any benefit at all. Assumes what the estimate
 * does, and with a relative margin a control above 0. Unknown with `zero-variance`, `overflow` or `control-may-be-zero`;
 * throws an `AnalysisInputError` for a malformed question.
 * @param estimate of `estimateMeans` or `estimateRatios`
 * @example marginTest({ difference: 0.1, control: 10, parts: [{ variance: 0.02, control: 0.02, shared: 0.02, df: 500 }, { variance: 0.02, control: 0, shared: 0, df: 500 }], reference: 'student' }, { purpose: 'non-inferiority', harmful: 'increase is harmful', margin: { kind: 'relative', value: 0.05 }, alpha: 0.05 }) // { estimate: 0.01, boundary: 0.05, p: 0.02569, bound: 0.04365, shown: true }
 */
export function marginTest(estimate: DifferenceEstimate, question: MarginQuestion): Outcome<MarginTest> {
  const boundary = boundaryOf(question);
  const test = oneSidedTest(estimate, boundary, question.alpha);
  if (test.kind === 'unknown') return test;
  return {
    ...test,
    estimate: effectOf(estimate, boundary.kind),
    boundary: boundary.at,
    shown: test.p < question.alpha,
  };
}

/**
 * Non-inferiority, or superiority by a margin, of a proportion by Miettinen and Nurminen's score tests: of pT − pC = ±margin,
 * or with a relative margin of pT/pC = 1 ± M (Farrington & Manning 1990, "Test statistics and sample size formulae for
 * comparative binomial trials with null hypothesis of non-zero risk difference or non-unity relative risk"). Assumes
 * independent units. Unknown with `no-units`, `no-events` or `all-events`; throws an `AnalysisInputError` for
 * malformed input.
 * @example marginTestOfProportions({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, { purpose: 'superiority', harmful: 'decrease is harmful', margin: { kind: 'absolute', value: 0.05 }, alpha: 0.05 }) // { estimate: 0.2, boundary: 0.05, statistic: 1.99668, p: 0.02293, shown: true }
 */
export function marginTestOfProportions(table: Table, question: MarginQuestion): Outcome<MarginTest> {
  requireTable(table);
  const boundary = boundaryOf(question);
  requireReachableByProportions('margin.value', boundary);
  const test = oneSidedTestOfProportions(table, boundary, question.alpha);
  if (test.kind === 'unknown') return test;
  return {
    ...test,
    estimate: effectOfProportions(table, boundary.kind),
    boundary: boundary.at,
    shown: test.p < question.alpha,
  };
}
