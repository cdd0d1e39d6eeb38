import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse } from '../../src/stores/migrations/index.ts';
import { migrationCases } from './migrations.cases.ts';

const limits = { maxSeconds: 30, maxMemoryBytes: 500_000_000 };
const engine = mkdtempSync(join(tmpdir(), 'assay-migrated-'));
const clickhouse = await openEmbeddedClickHouse({ directory: engine });
const tables = async () => {
  const sql =
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name != 'schema_migrations' ORDER BY name";
  return (await clickhouse.query<{ name: string }>({ sql, limits })).map((row) => row.name);
};

describe('migrations of ClickHouse', () => {
  migrationCases({
    async reset() {
      for (const name of [...(await tables()), 'schema_migrations'])
        await clickhouse.command({
          sql: 'DROP TABLE IF EXISTS {t:Identifier} SYNC',
          params: { t: name },
          limits,
        });
    },
    migrate: (directory) => migrateClickHouse(clickhouse, directory),
    tables,
    async close() {
      await clickhouse.close();
      rmSync(engine, { recursive: true, force: true });
    },
    create: (table) => `CREATE TABLE IF NOT EXISTS ${table} (x UInt8) ENGINE = MergeTree ORDER BY x`,
  });

  it('refuses what could not be repeated after a crash, before it changes anything', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    writeFileSync(join(directory, '0001_create_x.sql'), 'CREATE TABLE x (a UInt8) ENGINE = Memory');
    await expect(migrateClickHouse(clickhouse, directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message:
        'Migration 0001_create_x.sql cannot be repeated after a crash: statement 1 needs IF NOT EXISTS (or OR REPLACE).',
    });
    writeFileSync(join(directory, '0001_create_x.sql'), '-- nothing');
    await expect(migrateClickHouse(clickhouse, directory)).rejects.toMatchObject({
      code: 'migration-refused',
    });
    expect(await tables()).toEqual([]);
    rmSync(directory, { recursive: true, force: true });
  });

  it('runs a statement again whose end was not recorded, and none that was', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    const create = (t: string) =>
      `CREATE TABLE IF NOT EXISTS ${t} (x UInt8) ENGINE = MergeTree ORDER BY x;\n`;
    writeFileSync(join(directory, '0001_create_many.sql'), ['p', 'q', 'r'].map(create).join(''));
    const ran: string[] = [];
    let crashBefore: string | null = 'schema_migrations 2';
    let inserts = 0;
    const crashing: ClickHouse = {
      query: (statement) => clickhouse.query(statement),
      stream: (statement) => clickhouse.stream(statement),
      async insert(block) {
        inserts += 1;
        if (`${block.table} ${inserts}` === crashBefore) throw new Error('killed');
        await clickhouse.insert(block);
      },
      async command(statement) {
        ran.push(/EXISTS (\w+)/.exec(statement.sql)?.[1] ?? '');
        await clickhouse.command(statement);
      },
      ping: () => clickhouse.ping(),
      close: () => clickhouse.close(),
    };
    await expect(migrateClickHouse(crashing, directory)).rejects.toThrow('killed');
    expect(ran).toEqual(['schema_migrations', 'p', 'q']);
    crashBefore = null;
    ran.length = 0;
    expect(await migrateClickHouse(crashing, directory)).toEqual(['0001_create_many.sql']);
    expect(ran).toEqual(['schema_migrations', 'q', 'r']);
    rmSync(directory, { recursive: true, force: true });
  });

  it('refuses a change of a migration that is only half applied', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    const file = join(directory, '0001_create_two.sql');
    writeFileSync(
      file,
      'CREATE TABLE IF NOT EXISTS p (x UInt8) ENGINE = Memory; CREATE TABLE IF NOT EXISTS no_such_db.q (x UInt8) ENGINE = Memory',
    );
    await expect(migrateClickHouse(clickhouse, directory)).rejects.toMatchObject({
      code: 'migration-refused',
    });
    writeFileSync(file, 'CREATE TABLE IF NOT EXISTS p (x UInt16) ENGINE = Memory');
    await expect(migrateClickHouse(clickhouse, directory)).rejects.toMatchObject({
      message: expect.stringContaining('was changed'),
    });
    rmSync(directory, { recursive: true, force: true });
  });

  it('continues after kill -9 at any moment', async () => {
    const engineDirectory = mkdtempSync(join(tmpdir(), 'assay-killed-'));
    const directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    const names = Array.from({ length: 30 }, (_, i) => `t${String(i).padStart(2, '0')}`);
    for (const [i, name] of names.entries()) {
      const sql = ['', '_x', '_y'].map(
        (s) => `CREATE TABLE IF NOT EXISTS ${name}${s} (x UInt8) ENGINE = MergeTree ORDER BY x;`,
      );
      writeFileSync(join(directory, `${String(i + 1).padStart(4, '0')}_create_${name}.sql`), sql.join('\n'));
    }
    const script = fileURLToPath(new URL('./migrating-process.ts', import.meta.url));
    let completed = false;
    for (const killAt of [1, 17, 40, Number.POSITIVE_INFINITY]) {
      const child = fork(script, [engineDirectory, directory], { execArgv: [] });
      const exited = once(child, 'exit');
      child.on('message', (message: { statements: number } | 'done') => {
        if (message === 'done') completed = true;
        if (message === 'done' || message.statements >= killAt) child.kill('SIGKILL');
      });
      await exited;
    }
    expect(completed).toBe(true);
    const child = fork(script, [engineDirectory, directory], { execArgv: [] });
    const recorded = new Promise((resolve) =>
      child.on('message', (m) =>
        typeof m === 'object' && m !== null && 'report' in m ? resolve(m.report) : undefined,
      ),
    );
    expect(await recorded).toEqual({ tables: 90, statements: '90', distinct: '90' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(engineDirectory, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  });
});
