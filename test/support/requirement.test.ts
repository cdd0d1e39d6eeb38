import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireOrSkip } from './requirement.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-requirement-'));
  vi.stubEnv('ASSAY_SKIP_LOG', join(folder, 'skipped'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('requireOrSkip', () => {
  it.each(['', 'kafka', 'chromium, kafka'])(
    'records what is skipped and why when %j is required',
    (required) => {
      vi.stubEnv('ASSAY_REQUIRE', required);
      requireOrSkip('postgres', 'PostgreSQL is not installed');
      requireOrSkip('postgres', 'it is too old', 'one test');
      const lines = readFileSync(join(folder, 'skipped'), 'utf8').trim().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        {
          service: 'postgres',
          reason: 'PostgreSQL is not installed',
          enable: expect.stringContaining('install PostgreSQL'),
          tests: 'test/support/requirement.test.ts',
        },
        expect.objectContaining({ reason: 'it is too old', tests: 'one test' }),
      ]);
    },
  );

  it.each(['postgres', 'kafka, postgres', 'all'])('fails when %j is required', (required) => {
    vi.stubEnv('ASSAY_REQUIRE', required);
    expect(() => requireOrSkip('postgres', 'PostgreSQL is not installed')).toThrow(
      /ASSAY_REQUIRE.*not installed/,
    );
  });

  it('records nothing when there is no log', () => {
    vi.stubEnv('ASSAY_REQUIRE', '');
    vi.stubEnv('ASSAY_SKIP_LOG', '');
    expect(() => requireOrSkip('kafka', 'Java is not installed')).not.toThrow();
  });
});
