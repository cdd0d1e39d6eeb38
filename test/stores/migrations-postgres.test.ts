import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { migrationCases } from './migrations.cases.ts';

const store = mkdtempSync(join(tmpdir(), 'assay-migrated-'));
const postgres = await openEmbeddedPostgres({ directory: join(store, 'postgres') });
const tables = async () => {
  const rows = await postgres.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1",
  );
  return rows.map((row) => row.name);
};

describe('migrations of Postgres', () => {
  migrationCases({
    async reset() {
      for (const name of [...(await tables()), 'schema_migrations'])
        await postgres.query(`DROP TABLE IF EXISTS "${name}"`);
    },
    migrate: (directory) => migratePostgres(postgres, directory),
    tables,
    async close() {
      await postgres.close();
      rmSync(store, { recursive: true, force: true });
    },
    create: (table) => `CREATE TABLE ${table} (x int)`,
  });

  it('leaves the store as it was where any of them fails', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    writeFileSync(join(directory, '0001_create_a.sql'), 'CREATE TABLE a (x int); INSERT INTO a VALUES (1)');
    writeFileSync(join(directory, '0002_create_b.sql'), 'CREATE TABLE b (x int); SELECT no_such_column');
    await expect(migratePostgres(postgres, directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message: 'Migration 0002_create_b.sql failed at statement 2 and nothing was changed; see the cause.',
    });
    expect(await tables()).toEqual([]);
    writeFileSync(join(directory, '0002_create_b.sql'), 'CREATE TABLE b (x int)');
    expect(await migratePostgres(postgres, directory)).toEqual(['0001_create_a.sql', '0002_create_b.sql']);
    expect(await postgres.query('SELECT x FROM a')).toEqual([{ x: 1 }]);
    rmSync(directory, { recursive: true, force: true });
  });
});
