import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Postgres, PostgresRunner } from '../../src/stores/postgres/index.ts';

/**
 * Told before and after every statement; what it throws is what the statement's caller gets. Within a transaction the
 * embedded store takes no other statement.
 */
type Interruption = (at: { readonly inTransaction: boolean }) => Promise<void>;

/** The stores as a process sees them that may die at any statement: before it, or after it without hearing of it. */
export function interrupted(
  { clickhouse, postgres }: { readonly clickhouse: ClickHouse; readonly postgres: Postgres },
  interrupt: Interruption,
): { clickhouse: ClickHouse; postgres: Postgres } {
  const around = async <T>(work: () => Promise<T>, inTransaction = false): Promise<T> => {
    await interrupt({ inTransaction });
    const result = await work();
    await interrupt({ inTransaction });
    return result;
  };
  const runner = (inner: PostgresRunner, inTransaction: boolean): PostgresRunner => ({
    query: (sql, params) => around(() => inner.query(sql, params), inTransaction),
  });
  return {
    clickhouse: {
      query: (statement) => around(() => clickhouse.query(statement)),
      stream: (statement) => clickhouse.stream(statement),
      insert: (block) => around(() => clickhouse.insert(block)),
      command: (statement) => around(() => clickhouse.command(statement)),
      ping: () => clickhouse.ping(),
      close: () => clickhouse.close(),
    },
    postgres: {
      ...runner(postgres, false),
      // Half of a transaction is none of it.
      transaction: (work) => around(() => postgres.transaction((tx) => work(runner(tx, true)))),
      pool: postgres.pool,
      ping: () => postgres.ping(),
      close: () => postgres.close(),
    },
  };
}
