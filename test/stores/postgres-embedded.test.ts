import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { postgresContract } from '../contract/postgres.contract.ts';

postgresContract('embedded', async () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-embedded-'));
  return {
    open: () => openEmbeddedPostgres({ directory: join(root, 'postgres') }),
    remove: async () => rmSync(root, { recursive: true, force: true }),
  };
});
