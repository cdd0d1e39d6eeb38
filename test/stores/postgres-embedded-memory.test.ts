import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('../support/postgres/peak-memory-child.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'assay-memory-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('takes well below 400 MB at its peak, process and first start included', () => {
  const said = execFileSync(process.execPath, [CHILD, join(root, 'postgres')], { encoding: 'utf8' });
  // 240 MB; with V8's optimising compiler 750 MB, with initdb at the first start 1 000 MB.
  expect(Number(said)).toBeGreaterThan(50);
  expect(Number(said)).toBeLessThan(400);
});
