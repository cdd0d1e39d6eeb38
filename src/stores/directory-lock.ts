import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';

export interface HeldLock {
  /** Idempotent. */
  release(): void;
}

// SQLite gives the lock back when its connection is collected as garbage, and a caller may well keep only the paths.
const held = new Set<DatabaseSync>();

/**
 * Locks a directory for this process: SQLite's exclusive lock on a file in it, which is a lock of the operating system
 * and falls with the process, so that nothing stale remains after kill -9. AppError `start-refused` names the holder.
 * @param named what the sentence calls it, where the lock stands beside what it guards.
 */
export function holdLock(directory: string, named = directory): HeldLock {
  const holder = join(directory, 'holder');
  const database = lockFile(directory, holder, named);
  held.add(database);
  writeFileSync(holder, String(process.pid));
  return {
    release() {
      if (held.delete(database)) database.close();
    },
  };
}

function lockFile(directory: string, holder: string, named: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(directory, 'lock'));
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    const message = isBusy(cause)
      ? `${named} is in use by another process${readHolder(holder)}: stop that one, or start with another directory.`
      : `${named} cannot be locked; delete the file "lock" in ${directory}, or choose a directory on a local disk.`;
    throw new AppError('start-refused', message, { cause });
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

// Only a hint for people: the lock itself is what counts.
function readHolder(file: string): string {
  try {
    const pid = readFileSync(file, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (pid ${pid})` : '';
  } catch {
    return '';
  }
}
