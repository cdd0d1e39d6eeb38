import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import { deviance } from '../saddle-point/index.ts';
import { logBayesFactor } from './log-bayes-factor.ts';
import { logMeanExp } from './log-mean-exp.ts';
import { DEFAULT_PRIOR, dirichletsOf } from './prior.ts';
import { requireWeights } from './require-arms.ts';

/** Units that are in both of two flags' experiments, by the arms of both. */
export interface AssignmentTable {
  /** Rows by the arms of the first, columns by those of the second; distinct units, each counted once. */
  readonly units: readonly (readonly number[])[];
  /** Declared shares of the first one's arms and of the second one's, in any unit. */
  readonly weights: readonly [readonly number[], readonly number[]];
}

/** Evidence that two flags are not assigned independently. */
export interface IndependenceEvidence {
  /** ln E, E being worth as much as odds against independence. */
  readonly logE: number;
  /** min(1, 1/E). */
  readonly p: number;
  /** Units in both. */
  readonly units: number;
}

/**
 * Whether two flags are assigned to units independently of each other, at any time of looking: an e-process by universal
 * inference (Wasserman, Ramdas & Balakrishnan 2020, the sequential form, by the method of mixtures): the likelihood of the
 * table under Dirichlets around the product of the weights (k = 10 … 10⁵, averaged) over its largest likelihood under
 * independence, which is that of the observed margins. Where the two are independent, E is at most a martingale that starts
 * at 1; exact in finite samples for units that are assigned independently of each other by splits that stay the same,
 * whatever they are: the weights say what is looked for and need not be right. Reject where E was 1/α or more at any look.
 * Arms without weight are left out. Unknown with `no-units`, or `one-arm` where one of the two has a single arm.
 * @example assignmentIndependence({ units: [[40, 10], [10, 40]], weights: [[1, 1], [1, 1]] }) // { logE: 12.3328, units: 100 }
 */
export function assignmentIndependence({
  units,
  weights: [first, second],
}: AssignmentTable): Outcome<IndependenceEvidence> {
  requireWeights(first);
  requireWeights(second);
  if (units.length !== first.length)
    throw new AnalysisInputError('units', `of ${first.length} rows, one for each weight`);
  units.forEach((row, i) => {
    if (row.length !== second.length)
      throw new AnalysisInputError(`units[${i}]`, `of length ${second.length}, as the second weights are`);
    row.forEach((count, j) => {
      requireCount(`units[${i}][${j}]`, count);
    });
  });
  const [rows, columns] = [armsOf(first), armsOf(second)];
  if (rows.length === 1 || columns.length === 1) return unknown('one-arm');
  const [rowShares, columnShares] = [sharesOf(first, rows), sharesOf(second, columns)];
  const cell = (i: number, j: number): number => units[i]?.[j] ?? 0;
  const counts = rows.flatMap((i) => columns.map((j) => cell(i, j)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return unknown('no-units');
  const shares = rowShares.flatMap((row) => columnShares.map((column) => row * column));
  const joint = logMeanExp(
    dirichletsOf(DEFAULT_PRIOR, [...shares.keys()], shares).map((dirichlet) =>
      logBayesFactor(counts, shares, dirichlet),
    ),
  );
  const rowTotals = rows.map((i) => columns.reduce((sum, j) => sum + cell(i, j), 0));
  const columnTotals = columns.map((j) => rows.reduce((sum, i) => sum + cell(i, j), 0));
  // The joint table is held against the weights, so what the margins alone have against them is taken off.
  const logE =
    joint - logRatioOf(rowTotals, rowShares, total) - logRatioOf(columnTotals, columnShares, total);
  return { kind: 'estimate', logE, p: Math.exp(-Math.max(0, logE)), units: total };
}

const armsOf = (weights: readonly number[]): number[] =>
  weights.flatMap((weight, index) => (weight > 0 ? [index] : []));

function sharesOf(weights: readonly number[], arms: readonly number[]): number[] {
  const largest = Math.max(...weights);
  const total = weights.reduce((sum, weight) => sum + weight / largest, 0);
  return arms.map((arm) => (weights[arm] ?? 0) / largest / total);
}

/** ln of the likelihood of a margin under its own shares over that under the weights: Σ n_i·ln(n_i/(n·w_i)). */
function logRatioOf(counts: readonly number[], shares: readonly number[], total: number): number {
  return counts.reduce((sum, count, index) => {
    const expected = total * (shares[index] ?? 0);
    return sum + (count === 0 ? expected : deviance(count, expected, count - expected));
  }, 0);
}
