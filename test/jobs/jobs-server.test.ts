import { afterAll, describe } from 'vitest';
import { openServerPostgres } from '../../src/stores/postgres/index.ts';
import { jobsContract } from '../contract/jobs.contract.ts';
import { running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

const server = await startPostgres();
if ('skipped' in server) requireOrSkip('postgres', server.skipped);
const up = () => running(server);

describe.skipIf('skipped' in server)('jobs on a Postgres server', () => {
  afterAll(() => up().stop());
  jobsContract('server', async () => ({
    postgres: openServerPostgres({ url: up().url }),
    remove: async () => undefined,
  }));
});
