import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));

export interface TestStores {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  close(): Promise<void>;
}

/** Both embedded stores with all tables, in a directory of their own. */
export async function openTestStores(): Promise<TestStores> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-stream-ingest-'));
  const clickhouse = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
  const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
  await migrateClickHouse(clickhouse, migrations('clickhouse'));
  await migratePostgres(postgres, migrations('postgres'));
  return {
    clickhouse,
    postgres,
    async close() {
      await Promise.all([clickhouse.close(), postgres.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
