import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { type DataDirectory, openDataDirectory } from '../../src/stores/data-directory.ts';

describe('the data directory', () => {
  let base: string;
  let opened: DataDirectory[];
  const open = (path: string) => {
    const directory = openDataDirectory(path);
    opened.push(directory);
    return directory;
  };
  const refusal = (path: string): AppError => {
    try {
      open(path);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error('it was expected to be refused');
  };

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-directory-'));
    opened = [];
  });
  afterEach(() => {
    for (const directory of opened) directory.release();
    rmSync(base, { recursive: true, force: true });
  });

  it('is made where it is missing, and found again afterwards', () => {
    const path = join(base, 'deep', 'data');
    const first = open(path);
    expect(first).toMatchObject({
      path,
      isNew: true,
      clickhouse: join(path, 'clickhouse'),
      postgres: join(path, 'postgres'),
    });
    first.release();
    first.release();
    expect(open(path).isNew).toBe(false);
  });

  it('may be an empty directory', () => {
    expect(open(base).isNew).toBe(true);
  });

  it('is refused to a second opener, who is told the process that holds it', () => {
    open(base);
    expect(refusal(base)).toMatchObject({
      code: 'start-refused',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });

  it('is held across processes, and free again after kill -9 of the holder', async () => {
    const holder = await holdInChild(base);
    const exited = once(holder, 'exit');
    try {
      const error = refusal(base);
      expect(error.message).toMatch(/^[^\n]+\.$/);
      expect(error.message).toContain(`pid ${holder.pid}`);
    } finally {
      holder.kill('SIGKILL');
      await exited;
    }
    expect(open(base).isNew).toBe(false);
  });

  it('is taken over where a process died before it had written the marker', () => {
    writeFileSync(join(base, 'lock'), '');
    writeFileSync(join(base, 'assay.json.new'), '{"for');
    expect(open(base).isNew).toBe(true);
    expect(JSON.parse(readFileSync(join(base, 'assay.json'), 'utf8'))).toEqual({ format: 1 });
  });

  it('is refused where it holds something else, which is left alone', () => {
    writeFileSync(join(base, 'thesis.txt'), 'years of work');
    expect(refusal(base)).toMatchObject({
      code: 'start-refused',
      message: expect.stringContaining('not empty'),
    });
    expect(existsSync(join(base, 'lock'))).toBe(false);
  });

  it.each([
    ['{"format":2}', 'newer version'],
    ['{"format":"1"}', 'cannot be read'],
    ['{"for', 'cannot be read'],
    ['', 'cannot be read'],
    ['null', 'cannot be read'],
  ])('with the marker %j is refused: %s', (marker, reason) => {
    open(base).release();
    writeFileSync(join(base, 'assay.json'), marker);
    expect(refusal(base)).toMatchObject({ code: 'start-refused', message: expect.stringContaining(reason) });
    writeFileSync(join(base, 'assay.json'), '{"format":1}');
    expect(open(base).isNew).toBe(false);
  });

  it('is refused where it cannot be made', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      expect(refusal(path)).toMatchObject({
        code: 'start-refused',
        message: expect.stringContaining('cannot be written'),
      });
    }
  });

  it('is refused where this user has no right to write', async () => {
    const path = join(base, 'sealed');
    mkdirSync(path);
    chmodSync(base, 0o755);
    chmodSync(path, 0o555);
    const outcome = await openAsNobody(path);
    expect(outcome).toContain('start-refused');
    expect(outcome).toContain('cannot be written');
  });
});

const module = new URL('../../src/stores/data-directory.ts', import.meta.url).href;

// Keeps nothing of what it opened, and collects its garbage: the lock is the process's, not a variable's.
async function holdInChild(path: string): Promise<ChildProcess> {
  const script = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    openDataDirectory(${JSON.stringify(path)});
    setInterval(() => {}, 1000);
    setImmediate(() => { gc(); setImmediate(() => { gc(); console.log('held'); }); });`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

// The superuser may write anywhere, so the right is given up after loading.
async function openAsNobody(path: string): Promise<string> {
  const script = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
    try { openDataDirectory(${JSON.stringify(path)}); console.log('opened'); } catch (e) { console.log(e.code, e.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += String(data);
  });
  await once(child, 'close');
  return output;
}
