import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { jobsContract } from '../contract/jobs.contract.ts';

jobsContract('embedded', async () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-jobs-'));
  return {
    postgres: await openEmbeddedPostgres({ directory: join(root, 'postgres') }),
    remove: async () => rmSync(root, { recursive: true, force: true }),
  };
});
