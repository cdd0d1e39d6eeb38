import { afterAll, describe } from 'vitest';
import { openServerPostgres } from '../../src/stores/postgres/index.ts';
import { jobsContract } from '../contract/jobs.contract.ts';
import { startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

const server = await startPostgres();
if ('skipped' in server) requireOrSkip('postgres', server.skipped);

describe.skipIf('skipped' in server)('jobs on a Postgres server', () => {
  if ('skipped' in server) return;
  afterAll(() => server.stop());
  jobsContract('server', async () => ({
    postgres: openServerPostgres({ url: server.url }),
    remove: async () => undefined,
  }));
});
