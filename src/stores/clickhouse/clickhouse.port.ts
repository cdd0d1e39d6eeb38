/** A value bound to a `{name:Type}` placeholder; the type in the SQL decides how it is written. */
export type ParameterValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** Settings of this statement alone: they never reach the next one. */
export type StatementSettings = Readonly<Record<string, string | number>>;

/** No statement runs without an end: the engine stops it, not the caller's patience. */
export interface StatementLimits {
  readonly maxSeconds: number;
  readonly maxMemoryBytes: number;
}

export interface Statement {
  /** From a `.sql` file, without a FORMAT or SETTINGS clause of its own. */
  readonly sql: string;
  readonly params?: Readonly<Record<string, ParameterValue>>;
  readonly settings?: StatementSettings;
  readonly limits: StatementLimits;
}

/** One block of rows: JSONCompactEachRow lines in the order of `columns`. */
export interface InsertBlock {
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: Buffer;
  /** The same token in the same table partition is written once, across restarts; null only where a repeat is harmless. */
  readonly token: string | null;
  readonly limits: StatementLimits;
}

/**
 * What the service asks of ClickHouse, embedded or served. Failures are AppErrors: `limit-exceeded` when a limit
 * stopped the statement, `unavailable` when the engine cannot be reached, else `store-failed`; `cause.code` is ClickHouse's.
 */
export interface ClickHouse {
  /** Rows of a small result, all at once, as JSONEachRow objects (64-bit integers as strings). */
  query<Row>(statement: Statement): Promise<Row[]>;
  /** Rows of a result of any size, without holding it. */
  stream<Row>(statement: Statement): AsyncIterable<Row>;
  /** Durable when it resolves. */
  insert(block: InsertBlock): Promise<void>;
  /** A statement without a result: DDL, INSERT … SELECT. */
  command(statement: Statement): Promise<void>;
  ping(): Promise<void>;
  /** Waits for statements under way, then closes; idempotent. */
  close(): Promise<void>;
}
