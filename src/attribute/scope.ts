import type { ParameterValue } from '../stores/clickhouse/index.ts';

/**
 * Which raw rows a question reads: conditions on their columns and what these bind. Whatever narrows attribution to
 * some rows or units does it here, and asks the same questions.
 */
export interface Scope {
  /** Where the rows are: the raw tables, or tables of some of their rows. */
  readonly tables: { readonly impressions: string; readonly conversions: string };
  /** Which rows are known. */
  readonly rows: string;
  /** Of which units, by unit_hash. */
  readonly units: string;
  /**
   * Whether to look for the conversions of units with an impression alone, which pays where they are few: the join
   * finds the same, but after reading all.
   */
  readonly sparse: boolean;
  /** Assignments that are known already, in the columns of pairs.sql; otherwise the impressions make them. */
  readonly pairs?: string;
  /** Whether of some units only the conversions of some metrics are there: all of a metric's, or none. */
  readonly partial?: boolean;
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
export const RAW_TABLES = { impressions: 'raw_impressions', conversions: 'raw_conversions' } as const;

/** One of `count` equal ranges of unit hashes. */
export interface UnitRange {
  readonly index: number;
  readonly count: number;
}

/** The condition on `unit_hash`, and what it binds. */
export function inUnitRange({ index, count }: UnitRange): {
  readonly units: string;
  readonly params: Readonly<Record<string, bigint>>;
} {
  return {
    units: 'unit_hash BETWEEN {first_hash:UInt64} AND {last_hash:UInt64}',
    params: {
      first_hash: (UNIT_HASHES * BigInt(index)) / BigInt(count),
      last_hash: (UNIT_HASHES * BigInt(index + 1)) / BigInt(count) - 1n,
    },
  };
}

/** One of `count` equal ranges of unit hashes, over what was received up to `dataThrough`. */
export function sliceScope(dataThrough: Date, index: number, count: number, sparse: boolean): Scope {
  const { units, params } = inUnitRange({ index, count });
  return {
    sparse,
    units,
    tables: RAW_TABLES,
    rows: "_received_at <= fromUnixTimestamp64Milli({data_through:Int64}, 'UTC')",
    params: { ...params, data_through: dataThrough.getTime() },
  };
}
