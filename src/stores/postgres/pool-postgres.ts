import { AppError } from '../../errors.ts';
import { toWire } from './parameters.ts';
import type { Postgres, PostgresClient, PostgresPool, PostgresRunner } from './postgres.port.ts';
import { toStoreError } from './store-error.ts';
import { outsideItsTransaction, type TransactionScope, transactionScope } from './transaction-scope.ts';

export interface Pools {
  /** In the schema `public`: the service's own tables. */
  readonly own: PostgresPool;
  /** In the schema `bullmq`. */
  readonly queues: PostgresPool;
  /** Ends both, and what they stand on. */
  close(): Promise<void>;
}

/** The store over any two pools: errors, transactions and parameters are the same whatever answers behind them. */
export class PoolPostgres implements Postgres {
  readonly pool: PostgresPool;
  readonly #own: PostgresPool;
  readonly #end: () => Promise<void>;
  #scopes = new WeakSet<TransactionScope>();
  #closing: Promise<void> | null = null;

  constructor(pools: Pools) {
    this.pool = pools.queues;
    this.#own = pools.own;
    this.#end = () => pools.close();
  }

  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    this.#refuseInsideTransaction();
    return rowsOf<Row>(this.#own, sql, params);
  }

  async transaction<T>(work: (tx: PostgresRunner) => Promise<T>): Promise<T> {
    this.#refuseInsideTransaction();
    const client = await this.#own.connect().catch((error: unknown) => {
      throw toStoreError(error);
    });
    // Between two statements a lost connection is an event, and without a listener it would end the process.
    const ignore = () => undefined;
    client.on('error', ignore);
    const scope: TransactionScope = { client, open: true, broken: false };
    this.#scopes.add(scope);
    try {
      return await transactionScope.run(scope, () => runTransaction(client, scope, work));
    } finally {
      client.removeListener('error', ignore);
      client.release(scope.broken);
    }
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #refuseInsideTransaction(): void {
    const scope = transactionScope.getStore();
    if (scope?.open === true && this.#scopes.has(scope)) throw outsideItsTransaction();
  }
}

async function runTransaction<T>(
  client: PostgresClient,
  scope: TransactionScope,
  work: (tx: PostgresRunner) => Promise<T>,
): Promise<T> {
  const runner: PostgresRunner = {
    query: async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
      if (!scope.open) {
        throw new AppError('internal', 'The transaction has ended: run the statement on the store instead.');
      }
      return rowsOf<Row>(client, sql, params);
    },
  };
  try {
    await rowsOf(client, 'BEGIN', []);
    const result = await work(runner);
    scope.open = false;
    await commit(client);
    return result;
  } catch (error) {
    scope.open = false;
    await rowsOf(client, 'ROLLBACK', []).catch(() => {
      // The connection is gone and the server has rolled back by itself; the first error is the one to tell.
      scope.broken = true;
    });
    throw error;
  }
}

/** Postgres answers COMMIT with ROLLBACK, and no error, when the work swallowed a statement's failure. */
async function commit(client: PostgresClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw toStoreError(error);
  });
  if (command !== 'COMMIT') {
    throw new AppError(
      'store-failed',
      'A statement of the transaction had failed, so none of it was kept: do not catch errors inside a transaction.',
    );
  }
}

interface Queryable {
  query<Row>(text: string, params?: readonly unknown[]): Promise<{ readonly rows: Row[] }>;
}

async function rowsOf<Row>(to: Queryable, sql: string, params: readonly unknown[]): Promise<Row[]> {
  try {
    const result = await to.query<Row>(sql, params.length === 0 ? undefined : params.map(toWire));
    // Several statements in one text give several results; the last one is the answer.
    const last = Array.isArray(result) ? (result.at(-1) as { rows: Row[] } | undefined) : result;
    return last?.rows ?? [];
  } catch (error) {
    throw toStoreError(error);
  }
}
