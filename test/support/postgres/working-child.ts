/**
 * Opens the embedded Postgres in argv[2] with its jobs, schedules the experiment `ticking` every second, begins the
 * run it is asked for by argv[3], and never ends it. Says `begun <run id>` when it has begun. To be killed.
 */
import { pino } from 'pino';
import { openJobs } from '../../../src/jobs/index.ts';
import { openEmbeddedPostgres } from '../../../src/stores/postgres/index.ts';

const [, , directory = '', experiment = ''] = process.argv;
const postgres = await openEmbeddedPostgres({ directory });
const jobs = await openJobs({ pool: postgres.pool, logger: pino({ level: 'silent' }), lockMs: 1_000 });
await jobs.scheduleScorecard('ticking', 1);
const id = await jobs.runScorecardNow(experiment);
await jobs.work(async (key) => {
  if (key !== experiment) return;
  process.stdout.write(`begun ${id}\n`);
  await new Promise(() => undefined);
});
