import type { EventEmitter } from 'node:events';

export interface PostgresQueryResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number | null;
  /** What Postgres did: `COMMIT`, `ROLLBACK`, `INSERT`… */
  readonly command: string;
}

/** The part of `pg`'s client that BullMQ's Postgres backend uses; PGlite wears it too. */
export interface PostgresClient extends EventEmitter {
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<PostgresQueryResult<Row>>;
  /** Back to the pool, or, when its connection cannot be trusted, destroyed. */
  release(destroy?: boolean): void;
}

/** The part of `pg.Pool` that BullMQ's Postgres backend uses. */
export interface PostgresPool extends EventEmitter {
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<PostgresQueryResult<Row>>;
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
}

/** Runs statements with `$1…` parameters; inside `transaction` all of them or none. */
export interface PostgresRunner {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/**
 * What the service asks of Postgres, embedded (PGlite) or served. Failures are AppErrors: `conflict` for a violated
 * unique key, `unavailable` when it cannot be reached, else `store-failed`; `cause.code` is the SQLSTATE.
 */
export interface Postgres extends PostgresRunner {
  transaction<T>(work: (tx: PostgresRunner) => Promise<T>): Promise<T>;
  /** For BullMQ, in the schema `bullmq`. */
  readonly pool: PostgresPool;
  ping(): Promise<void>;
  close(): Promise<void>;
}
