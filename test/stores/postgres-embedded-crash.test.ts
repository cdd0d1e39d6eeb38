import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';

const CHILD = fileURLToPath(new URL('../support/postgres/committing-child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'assay-crash-'));
const directory = join(root, 'postgres');
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Lets a child commit so many numbers, kills it as it goes on, and gives the last number it had said. */
async function killAfter(commits: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let said = 0;
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    said = Number(line);
    count += 1;
    if (count === commits) child.kill('SIGKILL');
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

it('loses no committed transaction and keeps no half of one, killed in the midst of commits', async () => {
  for (const commits of [1, 7, 60, 150, 33, 280]) {
    const said = await killAfter(commits);
    const postgres = await openEmbeddedPostgres({ directory });
    const [found] = await postgres.query<{ left: number[]; right: number[] }>(
      'SELECT (SELECT array_agg(n ORDER BY n) FROM left_side) AS left, (SELECT array_agg(n ORDER BY n) FROM right_side) AS right',
    );
    await postgres.close();
    expect(found?.left.length).toBeGreaterThanOrEqual(said);
    expect(found?.left).toEqual(Array.from({ length: found?.left.length ?? 0 }, (_, index) => index + 1));
    expect(found?.right).toEqual(found?.left);
  }
});
