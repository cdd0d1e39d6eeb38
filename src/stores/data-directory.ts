import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { type HeldLock, holdLock } from './directory-lock.ts';

/** The embedded stores' place on disk, held by this process alone. */
export interface DataDirectory {
  readonly path: string;
  /** For the embedded ClickHouse; made by whoever opens it. */
  readonly clickhouse: string;
  /** For the embedded Postgres; made by whoever opens it. */
  readonly postgres: string;
  /** True when this call made it: there is nothing in it yet. */
  readonly isNew: boolean;
  /** Lets the next process in; close the stores first. Idempotent. */
  release(): void;
}

/** Raised when the layout of the directory changes in a way that older versions cannot read. */
const FORMAT = 1;
const MARKER = 'assay.json';
const TEMPORARY_MARKER = 'assay.json.new';

/**
 * Opens or makes the data directory and locks it until `release` or the end of the process, however it ends. AppError
 * `start-refused` where it cannot be written, is in use, belongs to something else or to a newer version.
 */
export function openDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  makeWritable(path);
  const names = readdirSync(path);
  // What a process leaves that died before the marker was written.
  const ours = new Set(['lock', 'lock-journal', 'holder', TEMPORARY_MARKER]);
  if (!names.includes(MARKER) && names.some((name) => !ours.has(name)))
    throw refusal(
      `${path} is not empty and not a data directory of Assay; choose another directory or empty it.`,
    );
  const lock = holdLock(path);
  try {
    // Another process may have written it just before this one got the lock.
    const isNew = !existsSync(join(path, MARKER));
    if (isNew) writeMarker(path);
    else checkFormat(path);
    return dataDirectory(path, isNew, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function dataDirectory(path: string, isNew: boolean, lock: HeldLock): DataDirectory {
  return {
    path,
    clickhouse: join(path, 'clickhouse'),
    postgres: join(path, 'postgres'),
    isNew,
    release: () => lock.release(),
  };
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw refusal(
      `${path} cannot be written (${codeOf(cause)}); give this user the right to it or choose another directory.`,
      cause,
    );
  }
}

function checkFormat(path: string): void {
  const format = readFormat(path);
  if (format === null)
    throw refusal(`${join(path, MARKER)} cannot be read; restore the data directory from a backup.`);
  if (format > FORMAT)
    throw refusal(
      `${path} was written by a newer version (format ${format}; this one knows ${FORMAT}); run that version or choose another directory.`,
    );
}

function readFormat(path: string): number | null {
  try {
    const marker: unknown = JSON.parse(readFileSync(join(path, MARKER), 'utf8'));
    const format = typeof marker === 'object' && marker !== null && 'format' in marker ? marker.format : null;
    return typeof format === 'number' && Number.isInteger(format) && format > 0 ? format : null;
  } catch {
    return null;
  }
}

// Renamed into place, so that it is there whole or not at all.
function writeMarker(path: string): void {
  const temporary = join(path, TEMPORARY_MARKER);
  writeFileSync(temporary, `${JSON.stringify({ format: FORMAT })}\n`, { flush: true });
  renameSync(temporary, join(path, MARKER));
}

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('start-refused', message, cause === undefined ? {} : { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
