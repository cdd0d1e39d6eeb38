import type { Logger } from 'pino';
import { loadSql } from '../sql-file.ts';
import type { PostgresPool } from './postgres.port.ts';

const TABLES_TO_VACUUM = loadSql(new URL('./tables-to-vacuum.sql', import.meta.url));

/**
 * Does what a server's background processes do and PGlite, being one session, does not: removes dead rows and
 * writes checkpoints. Without it a queue of 2 000 rows grew to 60 MB, and its write-ahead log without bound.
 * @returns what ends it.
 */
export function startHousekeeping(
  pool: PostgresPool,
  everyMs: number,
  logger: Logger | undefined,
): () => void {
  let underWay = false;
  const timer = setInterval(() => {
    if (underWay) return;
    underWay = true;
    houseKeep(pool)
      .catch((error: unknown) => logger?.warn({ err: error }, 'housekeeping of the embedded Postgres failed'))
      .finally(() => {
        underWay = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function houseKeep(pool: PostgresPool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(TABLES_TO_VACUUM);
  // A statement each, so that others have their turn in between.
  for (const { name } of rows) await pool.query(`VACUUM (ANALYZE) ${name}`);
  await pool.query('CHECKPOINT');
}
