import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';

/** One step of a store's schema: `NNNN_verb_noun.sql`. */
export interface Migration {
  readonly number: number;
  /** The file's name. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 (hex) of the text with Unix line ends, so that a checkout under Windows is the same migration. */
  readonly checksum: string;
}

/** A migration as a store recorded it. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** All migrations of a directory in order of number; numbers may leave room, but none is used twice. */
export function readMigrations(directory: string): Migration[] {
  const migrations = sqlFiles(directory).map((name) => {
    const number = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/.exec(name)?.[1];
    if (number === undefined)
      throw refusal(`Migration ${name} has no valid name; call it NNNN_verb_noun.sql.`);
    const sql = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
    return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
  for (const [index, { number, name }] of migrations.entries()) {
    const twin = migrations[index - 1];
    if (twin?.number === number)
      throw refusal(`Migrations ${twin.name} and ${name} share a number; give one the next free one.`);
  }
  return migrations;
}

/**
 * AppError `migration-refused` unless what was applied is the beginning of the list, unchanged: nothing edited, nothing
 * lost, and nothing put before what is already there.
 */
export function checkApplied(migrations: readonly Migration[], applied: readonly AppliedMigration[]): void {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, name, checksum } of applied) {
    const migration = known.get(number);
    if (migration === undefined)
      throw refusal(
        `The store has migration ${name}, which this version lacks; run the newer version that made it.`,
      );
    if (migration.checksum !== checksum)
      throw refusal(
        `Migration ${migration.name} was changed after it had been applied; restore its text and put the change into a new migration.`,
      );
  }
  const newest = Math.max(0, ...applied.map((migration) => migration.number));
  const done = new Set(applied.map((migration) => migration.number));
  const gap = migrations.find(({ number }) => number < newest && !done.has(number));
  if (gap !== undefined)
    throw refusal(
      `Migration ${gap.name} comes before what is already applied; give it a number above ${newest}.`,
    );
}

/** AppError `migration-refused` with one sentence. */
export function refusal(message: string, cause?: unknown): AppError {
  return new AppError('migration-refused', message, cause === undefined ? {} : { cause });
}

function sqlFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.sql'))
      .sort();
  } catch (cause) {
    throw refusal(`The migrations cannot be read from ${directory}; reinstall the service.`, cause);
  }
}
