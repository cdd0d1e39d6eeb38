import { AppError } from '../../errors.ts';
import type { ClickHouse, StatementLimits } from '../clickhouse/index.ts';
import {
  type AppliedMigration,
  checkApplied,
  type Migration,
  readMigrations,
  refusal,
} from './migration-files.ts';
import { repeatFault } from './repeatable-statement.ts';
import { splitStatements } from './split-statements.ts';

const limits: StatementLimits = { maxSeconds: 3600, maxMemoryBytes: 1_000_000_000 };

interface Progress extends AppliedMigration {
  /** How many of its statements are done, of how many. */
  readonly done: number;
  readonly statements: number;
}

/**
 * Brings a ClickHouse store up to the migrations of a directory. ClickHouse has no transactions, so every statement is
 * recorded when it is done and must be repeatable (IF NOT EXISTS, IF EXISTS, OR REPLACE): after a crash only the one
 * statement in doubt runs again, and two processes at once do no harm. Gives the names newly completed. AppError
 * `migration-refused` where the files and the store disagree, or a statement fails or is not repeatable.
 */
export async function migrateClickHouse(
  clickhouse: ClickHouse,
  directory: string,
): Promise<readonly string[]> {
  const steps = readMigrations(directory).map((migration) => ({
    migration,
    statements: checkedStatements(migration),
  }));
  await clickhouse.command({
    sql: `CREATE TABLE IF NOT EXISTS schema_migrations
          (
              number UInt32,
              name String,
              checksum String,
              statement UInt32,
              statements UInt32,
              applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
          )
          ENGINE = MergeTree ORDER BY (number, statement) SETTINGS non_replicated_deduplication_window = 10000`,
    limits,
  });
  const recorded = await clickhouse.query<Progress>({
    sql: `SELECT number, name, checksum, max(statement) AS done, any(statements) AS statements
          FROM schema_migrations GROUP BY number, name, checksum ORDER BY number`,
    limits,
  });
  checkApplied(
    steps.map((step) => step.migration),
    recorded,
  );
  const completed: string[] = [];
  for (const { migration, statements } of steps) {
    const done = recorded.find((progress) => progress.number === migration.number)?.done ?? 0;
    if (done >= statements.length) continue;
    await apply(clickhouse, migration, statements, done);
    completed.push(migration.name);
  }
  return completed;
}

function checkedStatements({ name, sql }: Migration): string[] {
  const statements = splitStatements(sql, 'clickhouse');
  if (statements.length === 0)
    throw refusal(`Migration ${name} holds no statement; write one or remove the file.`);
  for (const [index, statement] of statements.entries()) {
    const fault = repeatFault(statement);
    if (fault !== null)
      throw refusal(`Migration ${name} cannot be repeated after a crash: statement ${index + 1} ${fault}.`);
  }
  return statements;
}

async function apply(
  clickhouse: ClickHouse,
  { number, name, checksum }: Migration,
  statements: readonly string[],
  done: number,
): Promise<void> {
  for (const [index, sql] of statements.entries()) {
    if (index < done) continue;
    try {
      await clickhouse.command({ sql, limits });
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') throw error;
      throw refusal(
        `Migration ${name} failed at statement ${index + 1}; correct the cause and start again.`,
        error,
      );
    }
    await clickhouse.insert({
      table: 'schema_migrations',
      columns: ['number', 'name', 'checksum', 'statement', 'statements'],
      values: Buffer.from(`${JSON.stringify([number, name, checksum, index + 1, statements.length])}\n`),
      token: `migration:${number}:${index + 1}:${checksum}`,
      limits,
    });
  }
}
