import pg from 'pg';
import { AppError } from '../../errors.ts';
import { PoolPostgres } from './pool-postgres.ts';
import type { Postgres, PostgresPool } from './postgres.port.ts';
import { arrayElementParser, elementParser } from './row-types.ts';

export interface ServerPostgresOptions {
  /** `postgres://user:password@host:5432/database` */
  readonly url: string;
  /** Connections for the service's own statements; the queues have as many again. Default 8, at least 2. */
  readonly poolSize?: number;
  /** The server stops a statement after this long. Default 30 000. */
  readonly statementTimeoutMs?: number;
}

/** How long closing waits for clients that somebody still holds. */
const CLOSE_WAIT_MS = 5_000;

/**
 * A Postgres server, version 14 or later. Nothing is connected to before the first statement; connections that the
 * server ended are replaced by the next statement that needs one.
 * @throws AppError `start-refused` when the URL is not one.
 */
export function openServerPostgres(options: ServerPostgresOptions): Postgres {
  if (!/^postgres(ql)?:\/\//.test(options.url)) {
    throw new AppError(
      'start-refused',
      'The Postgres URL must begin with postgres://: correct it and start again.',
    );
  }
  const own = openPool(options, 'public');
  const queues = openPool(options, 'bullmq');
  return new PoolPostgres({
    // pg's pool has all that the port names; its overloads are too many for the compiler to see it.
    own: own as unknown as PostgresPool,
    queues: queues as unknown as PostgresPool,
    close: () => endAll([own, queues]),
  });
}

function openPool(options: ServerPostgresOptions, searchPath: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: Math.max(2, options.poolSize ?? 8),
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'assay',
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    options: `-c search_path=${searchPath}`,
    types: { getTypeParser },
  });
  // An idle connection that breaks is thrown away by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // BullMQ adds one for every queue and worker.
  pool.setMaxListeners(0);
  return pool;
}

const TEXT_ARRAY: number = 1009;
const parseTextArray: (text: string) => unknown[] = pg.types.getTypeParser(TEXT_ARRAY, 'text');

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  const element = elementParser(oid);
  if (element !== undefined) return element;
  const ofArray = arrayElementParser(oid);
  if (ofArray !== undefined) return (text) => mapNested(parseTextArray(text), ofArray);
  return pg.types.getTypeParser(oid, (format ?? 'text') as 'text');
}

function mapNested(values: readonly unknown[], parse: (text: string) => unknown): unknown[] {
  return values.map((value) => {
    if (Array.isArray(value)) return mapNested(value, parse);
    return typeof value === 'string' ? parse(value) : value;
  });
}

async function endAll(pools: readonly pg.Pool[]): Promise<void> {
  const ended = Promise.all(pools.map((pool) => pool.end())).then(() => undefined);
  const { promise: waitedEnough, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_WAIT_MS);
  try {
    await Promise.race([ended, waitedEnough]);
  } finally {
    clearTimeout(timer);
  }
}
