import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';

const CHILD = fileURLToPath(new URL('../support/postgres/committing-child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'assay-directory-'));
let made = 0;
const newDirectory = () => join(root, `case-${++made}`, 'postgres');
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function refusal(directory: string): Promise<AppError> {
  const error: unknown = await openEmbeddedPostgres({ directory }).catch((reason: unknown) => reason);
  if (!(error instanceof AppError)) throw new Error('it opened', { cause: error });
  expect(error.code).toBe('start-refused');
  expect(error.message).toContain(directory);
  expect(error.message).toMatch(/^[^\n]*[^.\n]: [^\n]*(start|restore|name|check)[^\n]*\.$/);
  return error;
}

async function createAndClose(directory: string): Promise<void> {
  const postgres = await openEmbeddedPostgres({ directory });
  await postgres.query('CREATE TABLE kept AS SELECT 1 AS n');
  await postgres.close();
}

describe('the directory of the embedded Postgres', () => {
  it('is created with what leads to it, for its owner alone, and keeps its content', async () => {
    const directory = newDirectory();
    await createAndClose(directory);
    const again = await openEmbeddedPostgres({ directory });
    expect(await again.query('SELECT * FROM kept')).toEqual([{ n: 1 }]);
    await again.close();
    expect(readdirSync(join(directory, '..'))).toEqual(['postgres', 'postgres.lock']);
  });

  it('is created anew when the process died while creating it', async () => {
    const directory = newDirectory();
    mkdirSync(`${directory}.preparing/base`, { recursive: true });
    writeFileSync(`${directory}.preparing/PG_VERSION`, '18\n');
    await createAndClose(directory);
    expect(existsSync(`${directory}.preparing`)).toBe(false);
  });

  it('may exist already if it is empty, and is left alone if it holds something else', async () => {
    const directory = newDirectory();
    mkdirSync(directory, { recursive: true });
    await createAndClose(directory);
    const foreign = newDirectory();
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'holiday.jpg'), 'x');
    await refusal(foreign);
    expect(readdirSync(foreign)).toEqual(['holiday.jpg']);
  });

  it.each<[string, (directory: string) => unknown]>([
    ['is a file', (d) => [rmSync(d, { recursive: true }), writeFileSync(d, 'x')]],
    ['is of another version', (d) => writeFileSync(join(d, 'PG_VERSION'), '15\n')],
    ['has an empty control file', (d) => writeFileSync(join(d, 'global/pg_control'), '')],
    [
      'has lost its write-ahead log',
      (d) =>
        readdirSync(join(d, 'pg_wal')).map((file) => rmSync(join(d, 'pg_wal', file), { recursive: true })),
    ],
    ['has lost its tables', (d) => rmSync(join(d, 'base'), { recursive: true })],
    ['has lost its configuration', (d) => rmSync(join(d, 'postgresql.conf'))],
    ['has a damaged page', (d) => writeFileSync(join(d, 'base/5/1259'), Buffer.alloc(8_192 * 13, 5))],
  ])('refuses to open when it %s, and gives the directory free again', async (_what, damage) => {
    const directory = newDirectory();
    await createAndClose(directory);
    damage(directory);
    // The same refusal again, and not that it is in use.
    expect((await refusal(directory)).message).toBe((await refusal(directory)).message);
    expect((await refusal(directory)).message).not.toContain('in use');
  });

  it('is open in one place at a time in this process', async () => {
    const directory = newDirectory();
    const postgres = await openEmbeddedPostgres({ directory });
    expect((await refusal(directory)).message).toContain(`in use by another process (pid ${process.pid})`);
    await postgres.ping();
    await postgres.close();
    await createAndClose(directory);
  });

  it('is refused while another process has it open, and free as soon as that one is dead', async () => {
    const directory = newDirectory();
    const child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect((await refusal(directory)).message).toContain(`in use by another process (pid ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const postgres = await openEmbeddedPostgres({ directory });
    await postgres.close();
  });
});

describe('the prepared database', () => {
  /** Control file version and catalogue version, the second and third words of pg_control. */
  const versions = (control: Uint8Array) => Buffer.from(control).subarray(8, 16).toString('hex');

  it('is what initdb of the installed PGlite makes', async () => {
    const directory = newDirectory();
    await createAndClose(directory);
    const fresh = await PGlite.create('memory://', { initDbStartParams: ['--wal-segsize=1'] });
    const control = fresh.Module.FS.readFile('/pglite/data/global/pg_control') as Uint8Array;
    const named = await fresh.query<{ version: string }>('SELECT version() AS version');
    await fresh.close();
    expect(versions(readFileSync(join(directory, 'global/pg_control')))).toBe(versions(control));

    const pglite = /PGlite ([\d.]+)/.exec(named.rows[0]?.version ?? '')?.[1];
    const folder = fileURLToPath(new URL('../../src/stores/postgres/', import.meta.url));
    const prepared = readdirSync(folder).filter((file) => file.endsWith('.tar.zst'));
    expect(prepared).toEqual([`cluster-pglite-${pglite}.tar.zst`]);
  });
});
