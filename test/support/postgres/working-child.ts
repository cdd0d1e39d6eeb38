/**
 * Opens the embedded Postgres in argv[2] with its jobs, sweeps every second, begins the
 * run it is asked for by argv[3], and never ends it. Says `begun <run id>` when it has begun. To be killed.
 */
import { pino } from 'pino';
import { openJobs } from '../../../src/jobs/index.ts';
import { openEmbeddedPostgres } from '../../../src/stores/postgres/index.ts';

const [, , directory = '', experiment = ''] = process.argv;
const postgres = await openEmbeddedPostgres({ directory });
const jobs = await openJobs({
  pool: postgres.pool,
  logger: pino({ level: 'silent' }),
  lockMs: 1_000,
  sweepEveryMs: 1_000,
});
const id = await jobs.runScorecardNow(experiment);
await jobs.work({
  scorecard: async () => {
    process.stdout.write(`begun ${id}\n`);
    await new Promise(() => undefined);
  },
  sweep: async () => undefined,
});
