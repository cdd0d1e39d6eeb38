import { spawnSync } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('./opening-process.ts', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'assay-damaged-'));
const whole = join(base, 'whole');
let copies = 0;

describe('an embedded engine directory', () => {
  beforeAll(() => {
    expect(open(whole, '10000')).toEqual({ rows: 20_000 });
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('opens again as it was, a table dropped just before notwithstanding', () => {
    expect(open(copy())).toEqual({ rows: 20_000 });
  });

  it.each<[string, RegExp, (file: string) => void]>([
    ['a table’s definition cut short', /facts\.sql$/, half],
    ['a table’s definition overwritten', /facts\.sql$/, overwrite],
    ['a table’s definition lost', /facts\.sql$/, rmSync],
    ['the database’s definition lost', /metadata\/default$/, (file) => rmSync(file, { recursive: true })],
    ['a part’s columns cut short', /all_1_1_0\/columns\.txt$/, half],
    ['a part’s checksums overwritten', /all_1_1_0\/checksums\.txt$/, overwrite],
    ['a part’s data cut short', /all_1_1_0\/data\.bin$/, half],
    ['a part’s data lost', /all_1_1_0\/data\.bin$/, rmSync],
    ['a part’s row count overwritten', /all_1_1_0\/count\.txt$/, overwrite],
    ['a table’s format overwritten', /format_version\.txt$/, overwrite],
  ])('with %s is refused in one sentence, and left as it is', (_, pattern, damage) => {
    const directory = copy();
    const damaged = files(directory).filter((file) => pattern.test(file) && belongsToFacts(directory, file));
    expect(damaged.length).toBeGreaterThan(0);
    for (const file of damaged) damage(file);
    const before = listing(directory);
    const outcome = open(directory);
    expect(outcome).toMatchObject({ code: 'start-refused', message: expect.stringContaining(directory) });
    expect((outcome as { message: string }).message).toMatch(/^[^\n]+\.$/);
    expect(listing(directory)).toEqual(before);
  });

  it('in place of which there is a file is refused', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    expect(open(file)).toMatchObject({ code: 'start-refused' });
  });
});

function open(directory: string, rows = '0'): unknown {
  const child = spawnSync(process.execPath, [script, directory, rows], { encoding: 'utf8' });
  expect(child.signal).toBeNull();
  expect(child.status).toBe(0);
  return JSON.parse(child.stdout);
}

function copy(): string {
  copies += 1;
  const directory = join(base, `copy-${copies}`);
  cpSync(whole, directory, { recursive: true, verbatimSymlinks: true });
  return directory;
}

// Below data/ there are only links to the tables' directories in store/.
function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('data/'))
    .map((name) => join(directory, name))
    .filter((file) => !lstatSync(file).isDirectory());
}

// The dropped table's parts lie beside those of `facts`.
function belongsToFacts(directory: string, file: string): boolean {
  const definition = files(directory).find((name) => basename(name) === 'facts.sql');
  const uuid = /UUID '([^']+)'/.exec(definition === undefined ? '' : readFileSync(definition, 'utf8'))?.[1];
  const store = /\/store\/\w+\/([^/]+)\//.exec(file)?.[1];
  return store === undefined || store === uuid || file === definition;
}

// The engine touches its lock, configuration and list of dropped tables.
function listing(directory: string): string[] {
  return files(directory)
    .filter((file) => statSync(file).size > 0 && !/(status|engine\.xml)$/.test(file))
    .map((file) => `${relative(directory, file)} ${statSync(file).size}`)
    .filter((line) => !line.startsWith('metadata_dropped/'))
    .sort();
}

function half(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 2));
}

function overwrite(file: string): void {
  writeFileSync(file, Buffer.alloc(Math.max(50, statSync(file).size), 0xa7));
}
