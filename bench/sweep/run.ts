/**
 * How long the scorecards of very many flags take when something new has come to each, and what they cost when nothing has.
 * node bench/sweep/run.ts [--flags 35000] [--metrics 10] [--days 7] [--sweeps 3]
 * Two arms; moments of so many cohort days each. The catalogue, the builds and their moments are written as starting the
 * experiments and building leave them, since making them in the usual way takes hours for so many; what is measured is not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ScorecardMetrics, Scorecards, Sweep } from '../../src/analyse/index.ts';
import { buildIdentity, LiveMoments } from '../../src/attribute/index.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';
import { makeExperiments } from './catalogue.ts';

const { values: options } = parseArgs({
  options: {
    flags: { type: 'string', default: '35000' },
    metrics: { type: 'string', default: '10' },
    days: { type: 'string', default: '7' },
    sweeps: { type: 'string', default: '3' },
  },
});
const flags = Number(options.flags);
const limits = { maxSeconds: 600, maxMemoryBytes: 8_000_000_000 };
const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));
const logger = pino({ level: 'warn' });
const keys = Array.from({ length: flags }, (_, index) => `flag-${index + 1}`);

const directory = mkdtempSync(join(tmpdir(), 'assay-bench-sweep-'));
const clickhouse = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
try {
  await migrateClickHouse(clickhouse, migrations('clickhouse'));
  await migratePostgres(postgres, migrations('postgres'));
  const plans = await makeExperiments(postgres, { flags, metrics: Number(options.metrics) });
  const [plan] = await plans.of(['flag-1'], new Date());
  if (plan === undefined) throw new Error('There is no experiment.');
  await postgres.query(sql('generate-builds'), [flags, JSON.stringify(plan)]);
  // The identity has the flag in it, and nothing else that differs.
  const identities = keys.map((key) => buildIdentity({ ...plan, key, flag: key }));
  await postgres.query(
    'UPDATE attribution_builds SET identity = new.identity FROM unnest($1::text[], $2::text[]) AS new (experiment, identity) WHERE attribution_builds.experiment = new.experiment',
    [keys, identities],
  );
  await clickhouse.command({
    sql: sql('generate-moments'),
    params: { flags, metrics: Number(options.metrics), days: Number(options.days) },
    limits,
  });
  await postgres.query('VACUUM ANALYZE');

  let alone = 0;
  const scorecards = new Scorecards({ clickhouse, postgres });
  const sweep = new Sweep({
    ...{ scorecards, logger, engineVersion: '0', now: () => new Date() },
    plans: (now, some) => (some === null ? plans.all(now) : plans.of(some, now)),
    live: new LiveMoments({ clickhouse, postgres }),
    alone: async () => {
      alone += 1;
    },
    metrics: new ScorecardMetrics(new Registry()),
  });
  for (let index = 1; index <= Number(options.sweeps); index += 1) {
    const before = process.cpuUsage();
    const seconds = await timed(async () => {
      sweep.changed(keys);
      await sweep.settled();
    });
    const { user, system } = process.cpuUsage(before);
    console.log(
      `sweep ${index}: ${flags} scorecards of ${options.metrics} metrics in ${seconds.toFixed(1)} s (${((1000 * seconds) / flags).toFixed(2)} ms each, ${((user + system) / 1e6).toFixed(1)} s of processor time), ${alone} not live, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
    );
  }
  const stored = await scorecards.latest(keys);
  console.log(`scorecards stored: ${stored.size}`);
  for (let index = 1; index <= 3; index += 1)
    console.log(`nothing new: looked through all in ${(await timed(() => sweep.look())).toFixed(2)} s`);
  await sweep.stop();
} finally {
  await clickhouse.close();
  await postgres.close();
  rmSync(directory, { recursive: true, force: true });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
