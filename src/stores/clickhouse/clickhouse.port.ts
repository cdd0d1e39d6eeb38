/**
 * A value bound to a `{name:Type}` placeholder; the engine reads it by that type. A `Date` is UTC text with milliseconds
 * where it has some: bind it to `DateTime64(3)` (a `DateTime` refuses milliseconds, a `Date` everything but its own
 * `YYYY-MM-DD`). Objects are maps. Beware of the engine's silence: null for a type that is not Nullable can become the
 * empty string, and an integer too large for its type wraps around.
 */
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

/**
 * No statement runs without an end: the engine stops it, not the caller's patience. For a stream the time counts until
 * its last row has been taken, so a slow reader needs more of it.
 */
export interface StatementLimits {
  readonly maxSeconds: number;
  readonly maxMemoryBytes: number;
}

export interface Statement {
  /** From a `.sql` file, without a FORMAT or SETTINGS clause of its own. */
  readonly sql: string;
  readonly params?: Readonly<Record<string, ParameterValue>>;
  /** An INSERT … SELECT that a crash may repeat brings `insert_deduplication_token`. */
  readonly settings?: StatementSettings;
  readonly limits: StatementLimits;
}

/**
 * One block of rows: JSONCompactEachRow lines in the order of `columns`, all of them kept or none (per table partition).
 * A `DateTime64(3)` is a number of milliseconds or text like `2026-01-31 23:59:59.999`, in UTC.
 */
export interface InsertBlock {
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: Buffer;
  /**
   * The same token in the same table partition is written once, across restarts; null: written every time. A server that
   * was killed in mid-insert may keep the token without the rows: what may span that goes through `repeatInsert`.
   */
  readonly token: string | null;
  readonly limits: StatementLimits;
}

/**
 * What the service asks of ClickHouse, embedded or served. Failures are AppErrors: `limit-exceeded` when a limit
 * stopped the statement, `unavailable` when the engine cannot be reached, else `store-failed`; `cause.code` is ClickHouse's.
 */
export interface ClickHouse {
  /**
   * Rows of a small result, all at once, as JSONEachRow objects: 64-bit integers and times are strings (times in UTC,
   * `2026-01-31 23:59:59.999`), NaN and infinities are null.
   */
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
