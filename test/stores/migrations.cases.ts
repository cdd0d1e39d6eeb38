import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';

/** One store under migration: how it is migrated, what is in it, and how its statements are written. */
export interface MigratedStore {
  /** On an empty store for every case. */
  reset(): Promise<void>;
  migrate(directory: string): Promise<readonly string[]>;
  /** The tables' names, without the runner's own. */
  tables(): Promise<string[]>;
  close(): Promise<void>;
  /** A repeatable statement that makes a table. */
  create(table: string): string;
}

/** What the runner promises for either store. */
export function migrationCases(store: MigratedStore): void {
  let directory: string;
  const write = (name: string, sql: string) => writeFileSync(join(directory, name), sql);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'assay-migrations-'));
    await store.reset();
    write('0001_create_a.sql', `-- A table; and another.\n${store.create('a')};\n${store.create('b')};\n`);
    write('0005_create_c.sql', store.create('c'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  afterAll(() => store.close());

  it('applies what is pending in order, once', async () => {
    expect(await store.migrate(directory)).toEqual(['0001_create_a.sql', '0005_create_c.sql']);
    expect(await store.tables()).toEqual(['a', 'b', 'c']);
    expect(await store.migrate(directory)).toEqual([]);
    write('0006_create_d.sql', store.create('d'));
    expect(await store.migrate(directory)).toEqual(['0006_create_d.sql']);
    expect(await store.tables()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses an old migration that was changed, and takes it back unchanged', async () => {
    await store.migrate(directory);
    write('0001_create_a.sql', `${store.create('a')};`);
    await expect(store.migrate(directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message:
        'Migration 0001_create_a.sql was changed after it had been applied; restore its text and put the change into a new migration.',
    });
    write(
      '0001_create_a.sql',
      `-- A table; and another.\r\n${store.create('a')};\r\n${store.create('b')};\r\n`,
    );
    expect(await store.migrate(directory)).toEqual([]);
  });

  it('refuses a migration put before what is already applied', async () => {
    await store.migrate(directory);
    write('0003_create_late.sql', store.create('late'));
    await expect(store.migrate(directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message: expect.stringContaining('0003_create_late.sql'),
    });
    expect(await store.tables()).toEqual(['a', 'b', 'c']);
  });

  it('refuses a store that a newer version made', async () => {
    await store.migrate(directory);
    rmSync(join(directory, '0005_create_c.sql'));
    await expect(store.migrate(directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message: expect.stringContaining('newer version'),
    });
  });

  it.each(['2_create_x.sql', '0002-create-x.sql', '0002_Create.sql', '0001_create_x.sql'])(
    'refuses the name %s before it changes anything',
    async (name) => {
      write(name, store.create('x'));
      await expect(store.migrate(directory)).rejects.toMatchObject({ code: 'migration-refused' });
      expect(await store.tables()).toEqual([]);
    },
  );

  it('refuses a directory that is not there', async () => {
    await expect(store.migrate(join(directory, 'missing'))).rejects.toMatchObject({
      code: 'migration-refused',
    });
  });

  it('names the migration and the statement that failed, and goes on once it is corrected', async () => {
    write('0006_create_d.sql', `${store.create('d')};\n${store.create('no_such_schema.e')};`);
    await expect(store.migrate(directory)).rejects.toMatchObject({
      code: 'migration-refused',
      message: expect.stringMatching(/^Migration 0006_create_d\.sql failed at statement 2[^\n]+\.$/),
      cause: expect.objectContaining({ code: 'store-failed' }),
    });
  });

  it('lets two starts at once end with everything applied once', async () => {
    const outcomes = await Promise.all([store.migrate(directory), store.migrate(directory)]);
    expect(outcomes.flat().length).toBeGreaterThanOrEqual(2);
    expect(await store.tables()).toEqual(['a', 'b', 'c']);
    expect(await store.migrate(directory)).toEqual([]);
  });
}
