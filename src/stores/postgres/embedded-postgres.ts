import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import { holdLock } from '../directory-lock.ts';
import { EmbeddedPool, Listeners } from './embedded-pool.ts';
import { startHousekeeping } from './housekeeping.ts';
import { PoolPostgres } from './pool-postgres.ts';
import type { Postgres } from './postgres.port.ts';
import { unpackPreparedCluster } from './prepared-cluster.ts';
import { Session } from './session.ts';
import { ThreadedPglite } from './threaded-pglite.ts';

export interface EmbeddedPostgresOptions {
  /** Created at the first start; one process at a time may have it open. */
  readonly directory: string;
  /** How often dead rows are removed and a checkpoint is written. Default 60 000. */
  readonly housekeepingMs?: number;
  readonly logger?: Logger;
}

/**
 * Postgres in this process (PGlite), its files in one directory. A commit is in the operating system's hands when it
 * resolves, so it outlives the process however that dies; it is not forced to the disk, so it may not outlive the
 * machine's power.
 * @throws AppError `start-refused` when the directory is in use, belongs to something else or is damaged.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<Postgres> {
  const directory = resolve(options.directory);
  mkdirSync(dirname(directory), { recursive: true });
  // Beside it, because the directory itself comes into being by a rename.
  const lockDirectory = `${directory}.lock`;
  mkdirSync(lockDirectory, { recursive: true });
  const lock = holdLock(lockDirectory, directory);
  const unlock = () => lock.release();
  try {
    createIfMissing(directory);
    const listeners = new Listeners();
    const db = await start(directory, listeners);
    return serve(db, listeners, unlock, options);
  } catch (error) {
    unlock();
    throw error;
  }
}

function serve(
  db: ThreadedPglite,
  listeners: Listeners,
  unlock: () => void,
  options: EmbeddedPostgresOptions,
): Postgres {
  const session = new Session(db);
  const close = async () => {
    stopHousekeeping();
    await session.close().finally(unlock);
  };
  const own = new EmbeddedPool(session, listeners, 'public', close);
  const queues = new EmbeddedPool(session, listeners, 'bullmq', close);
  const stopHousekeeping = startHousekeeping(own, options.housekeepingMs ?? 60_000, options.logger);
  return new PoolPostgres({ own, queues, close });
}

function createIfMissing(directory: string): void {
  if (existsSync(join(directory, 'PG_VERSION'))) return;
  if (existsSync(directory) && !isEmptyDirectory(directory)) {
    throw new AppError(
      'start-refused',
      `${directory} is not an embedded Postgres and not empty: restore it from a backup or name another directory.`,
    );
  }
  try {
    unpackPreparedCluster(directory);
  } catch (cause) {
    const message = `The embedded Postgres cannot be created in ${directory}: check that it may be written and has room.`;
    throw new AppError('start-refused', message, { cause });
  }
}

function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

async function start(directory: string, listeners: Listeners): Promise<ThreadedPglite> {
  try {
    return await ThreadedPglite.open(directory, (channel, payload) => listeners.notify(channel, payload));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'start-refused',
      `The embedded Postgres in ${directory} does not open (${said}): restore it from a backup or name another directory.`,
      { cause: error },
    );
  }
}
