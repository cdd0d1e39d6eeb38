import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AppError } from '../../errors.ts';

interface Holder {
  readonly pid: number;
  /** When the process began, in the kernel's ticks, since a pid is used again; null where the kernel does not say. */
  readonly began: string | null;
  readonly host: string;
}

/**
 * Keeps a second process out of a data directory, which PGlite itself does not. A holder that no longer lives is
 * replaced. A holder on another host cannot be asked whether it lives and is taken for a container that is gone.
 * @returns what gives the lock back.
 * @throws AppError `start-refused` when a living process holds it.
 */
export function lockDirectory(directory: string): () => void {
  const file = `${directory}.lock`;
  const mine = `${file}.${randomUUID()}`;
  const me: Holder = { pid: process.pid, began: beganAt(process.pid), host: hostname() };
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    // Linking, unlike creating and writing, never shows others a lock without its content.
    for (let attempt = 0; !tryLink(mine, file); attempt += 1) {
      const holder = readHolder(file);
      if (attempt > 2 || (holder !== null && isAlive(holder))) {
        throw new AppError(
          'start-refused',
          `Process ${holder?.pid ?? 'unknown'} already uses ${directory}: stop it, or start with another directory.`,
        );
      }
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(file, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.began === null || holder.began === beganAt(holder.pid);
}

/** The 22nd field of Linux's /proc/<pid>/stat; the second, the name in brackets, may itself contain blanks. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
