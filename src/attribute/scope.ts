import type { ParameterValue } from '../stores/clickhouse/index.ts';

/**
 * Which raw rows a question reads: conditions on their columns and what these bind. Whatever narrows attribution to
 * some rows or units does it here, and asks the same questions.
 */
export interface Scope {
  /** Which rows are known. */
  readonly rows: string;
  /** Of which units, by unit_hash. */
  readonly units: string;
  /**
   * Whether to look for the conversions of units with an impression alone, which pays where they are few: the join
   * finds the same, but after reading all.
   */
  readonly sparse: boolean;
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** A scope in which it is known which ids are repeated. */
export interface DistinctScope extends Scope {
  readonly repeated: RepeatedIds;
}

/** Their hashes: a list or a question, without parentheses; null: there are none. */
export interface RepeatedIds {
  readonly impressions: string | null;
  readonly conversions: string | null;
}

const UNIT_HASHES = 2n ** 64n;

/** One of `count` equal ranges of unit hashes, over what was received up to `dataThrough`. */
export function sliceScope(dataThrough: Date, index: number, count: number, sparse: boolean): Scope {
  return {
    sparse,
    rows: "_received_at <= fromUnixTimestamp64Milli({data_through:Int64}, 'UTC')",
    units: 'unit_hash BETWEEN {first_hash:UInt64} AND {last_hash:UInt64}',
    params: {
      data_through: dataThrough.getTime(),
      first_hash: (UNIT_HASHES * BigInt(index)) / BigInt(count),
      last_hash: (UNIT_HASHES * BigInt(index + 1)) / BigInt(count) - 1n,
    },
  };
}
