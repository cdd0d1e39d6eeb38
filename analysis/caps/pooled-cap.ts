import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount, requireFinite, requireFraction } from '../requirements.ts';

/** A cap and what it was taken over. */
export interface PooledCap {
  readonly cap: number;
  /** Units, or with zeros left out those above 0. */
  readonly units: number;
}

/** A value, and how many units of an arm have it. */
export type ValueCount = readonly [value: number, units: number];

/** How a cap is taken. */
export interface CapRule {
  /** 0.99: the 99th percentile. */
  readonly level: number;
  /** Whether units at 0 or below count; with many of them the percentile of all is 0, and would cap everything. */
  readonly zeros: 'included' | 'left-out';
}

/**
 * The cap of a metric at a percentile of all arms' unit totals together (winsorising at a common value: a cap per arm would itself
 * differ between arms and bias the effect). The percentile interpolates between order statistics at (N − 1)·level (Hyndman
 * & Fan 1996, "Sample quantiles in statistical packages", type 7: R's and NumPy's default). Take it once over units whose
 * window has closed and keep it: a cap that moves is another metric. Unknown with `no-units` or `no-positive-values`;
 * throws an `AnalysisInputError` for malformed input.
 * @param arms each arm's unit totals
 * @example pooledCap([[0, 0, 5, 10], [0, 20, 30]], { level: 0.5, zeros: 'left-out' }) // { cap: 15, units: 4 }
 */
export function pooledCap(arms: readonly (readonly number[])[], rule: CapRule): Outcome<PooledCap> {
  arms.forEach((values, i) => {
    values.forEach((value, j) => {
      requireFinite(`arms[${i}][${j}]`, value);
    });
  });
  const counts = arms.map((values) => values.map((value): ValueCount => [value, 1]));
  return pooledCapOfCounts(counts, rule);
}

/**
 * The same from counts of equal values, as a store that groups them has it.
 * @param arms each arm's values and their numbers of units; a value may occur more than once
 * @example pooledCapOfCounts([[[0, 2], [5, 1], [10, 1]], [[0, 1], [20, 1], [30, 1]]], { level: 0.5, zeros: 'left-out' }) // { cap: 15, units: 4 }
 */
export function pooledCapOfCounts(
  arms: readonly (readonly ValueCount[])[],
  { level, zeros }: CapRule,
): Outcome<PooledCap> {
  requireFraction('level', level);
  arms.forEach((arm, i) => {
    arm.forEach(([value, units], j) => {
      requireFinite(`arms[${i}][${j}][0]`, value);
      requireCount(`arms[${i}][${j}][1]`, units);
    });
  });
  const all = arms.flat().filter(([, units]) => units > 0);
  const counted = all.filter(([value]) => zeros === 'included' || value > 0).sort(([a], [b]) => a - b);
  const units = counted.reduce((sum, [, each]) => sum + each, 0);
  if (!Number.isSafeInteger(units)) throw new AnalysisInputError('arms', 'of fewer units in all');
  if (all.length === 0) return unknown('no-units');
  if (units === 0) return unknown('no-positive-values');
  const position = (units - 1) * level;
  const [low, high] = [Math.floor(position), Math.ceil(position)].map((rank) => valueAt(counted, rank));
  if (low === undefined || high === undefined) return unknown('no-units');
  const share = position - Math.floor(position);
  return { kind: 'estimate', cap: low + share * (high - low), units };
}

/** The value of a rank, counted from 0. */
function valueAt(sorted: readonly ValueCount[], rank: number): number | undefined {
  let before = 0;
  return sorted.find(([, units]) => {
    before += units;
    return rank < before;
  })?.[0];
}
