import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

export interface Stores {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly close: () => Promise<void>;
}

/** Both embedded stores, migrated, in a directory of their own. */
export async function openStores(): Promise<Stores> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-attribute-'));
  const clickhouse = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
  const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
  const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));
  await migrateClickHouse(clickhouse, migrations('clickhouse'));
  await migratePostgres(postgres, migrations('postgres'));
  return {
    clickhouse,
    postgres,
    close: async () => {
      await clickhouse.close();
      await postgres.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
