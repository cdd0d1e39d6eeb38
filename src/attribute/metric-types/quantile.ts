import type { Metric } from '../../catalogue/index.ts';
import type { Cell, MetricType } from './metric-type.ts';
import type { UnitRows } from './unit-rows.ts';

type Quantile = Extract<Metric, { type: 'quantile' }>;

/** Of the 52 bits of a double's fraction a bucket has the first six: 64 buckets from one power of 2 to the next. */
const FREE_BITS = 46;
/** The bits of what exceeds a double: nothing finite has so high a bin. */
const INFINITE = 2047 * 64;

/**
 * Bin: the bucket that the unit's total is in, its sign and the first bits of its size; 0 for 0. Totals are told apart by
 * their bits, not by a logarithm, whose last digit is not everywhere the same: what a cycle takes away must be in the
 * bucket in which another one has put it.
 */
export const quantile: MetricType<Quantile> = {
  sources: ({ source }) => [source],
  dimension: () => 0,
  unit: (metric, rows) => {
    const total = unitTotal(metric, rows);
    // The same is told here as by binOfTotal.
    const bucket = `toInt32(bitShiftRight(reinterpretAsUInt64(abs(${total.value})), ${FREE_BITS}))`;
    return {
      kind: 'bin',
      bin: {
        value: `if(${total.value} < 0, -${bucket}, ${bucket})`,
        exists: total.exists,
      },
      value: total.value,
    };
  },
};

/** The number of a unit that quantiles are taken of. */
function unitTotal({ source, windowHours }: Quantile, rows: UnitRows): Cell {
  const within = rows.window(windowHours);
  return source.aggregation === 'sum'
    ? { value: rows.orderedSum(source, within), exists: null }
    : rows.total(source, within);
}

/** Half a bucket's width is at most so much of any value in it. */
export const RELATIVE_ERROR = 1 / 128;

/** The values that a bucket is of, from the one nearest 0, which is in it, to where the next one begins. */
export interface Bucket {
  readonly near: number;
  readonly far: number;
}

export function bucketOf(bin: number): Bucket {
  const edge = (bucket: number) => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setBigUint64(0, BigInt(bucket) << BigInt(FREE_BITS));
    // Beyond the last bucket there is no number; it is as wide as the one before it.
    return bucket === INFINITE ? Number.MAX_VALUE : bytes.getFloat64(0);
  };
  const size = Math.abs(bin);
  return bin === 0
    ? { near: 0, far: 0 }
    : { near: Math.sign(bin) * edge(size), far: Math.sign(bin) * edge(size + 1) };
}

/** The bin of a total, as the engine tells it. */
export function binOfTotal(total: number): number {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, Math.abs(total));
  const bucket = Number(bytes.getBigUint64(0) >> BigInt(FREE_BITS));
  return total < 0 ? -bucket : bucket;
}

/** Whether it is the bin of a total that a double cannot hold. */
export function isOverflow(bin: number): boolean {
  return Math.abs(bin) >= INFINITE;
}
