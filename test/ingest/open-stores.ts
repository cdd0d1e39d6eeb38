import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const OURS = ['create_raw_events.sql', 'create_dead_letters.sql', 'create_source_marks.sql'];

/** A new directory under the system's temporary one. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'assay-collect-'));
}

/** A directory with the migrations of one store that collecting needs, and no others. */
function migrationsOf(store: 'clickhouse' | 'postgres', directory: string): string {
  const target = join(directory, `migrations-${store}`);
  mkdirSync(target, { recursive: true });
  const source = new URL(`${store}/`, MIGRATIONS);
  for (const file of readdirSync(source))
    if (OURS.some((name) => file.endsWith(name))) copyFileSync(new URL(file, source), join(target, file));
  return target;
}

/** The embedded ClickHouse of a directory, with its tables. */
export async function openClickHouse(directory: string): Promise<ClickHouse> {
  const clickhouse = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
  await migrateClickHouse(clickhouse, migrationsOf('clickhouse', directory));
  return clickhouse;
}

/** The embedded Postgres of a directory, with its tables. */
export async function openPostgres(directory: string): Promise<Postgres> {
  const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
  await migratePostgres(postgres, migrationsOf('postgres', directory));
  return postgres;
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
