import { AppError } from '../../errors.ts';
import type { Postgres, PostgresRunner } from '../postgres/index.ts';
import {
  type AppliedMigration,
  checkApplied,
  type Migration,
  readMigrations,
  refusal,
} from './migration-files.ts';
import { splitStatements } from './split-statements.ts';

// Any constant: it only has to be the same in all processes of the service.
const ADVISORY_LOCK = 7_227_413_001;

/**
 * Brings a Postgres store up to the migrations of a directory, all of them in one transaction, so that a crash leaves
 * the store as it was; a second process waits for the first. Gives the names newly applied. AppError
 * `migration-refused` where the files and the store disagree or a statement fails.
 */
export async function migratePostgres(postgres: Postgres, directory: string): Promise<readonly string[]> {
  const migrations = readMigrations(directory);
  return postgres.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         number integer PRIMARY KEY,
         name text NOT NULL,
         checksum text NOT NULL,
         applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
    const applied = await tx.query<AppliedMigration>('SELECT number, name, checksum FROM schema_migrations');
    checkApplied(migrations, applied);
    const done = new Set(applied.map((migration) => migration.number));
    const pending = migrations.filter((migration) => !done.has(migration.number));
    for (const migration of pending) await apply(tx, migration);
    return pending.map((migration) => migration.name);
  });
}

async function apply(tx: PostgresRunner, { number, name, checksum, sql }: Migration): Promise<void> {
  for (const [index, statement] of splitStatements(sql, 'postgres').entries()) {
    try {
      await tx.query(statement);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') throw error;
      throw refusal(
        `Migration ${name} failed at statement ${index + 1} and nothing was changed; see the cause.`,
        error,
      );
    }
  }
  await tx.query('INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)', [
    number,
    name,
    checksum,
  ]);
}
