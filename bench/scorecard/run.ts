/**
 * The full recomputation of one scorecard, and the same scorecard out of live moments, beside the query per metric that tools of this kind run.
 * node bench/scorecard/run.ts [--scale 1] [--repeats 10000] [--runs 5] [--directory …]
 * At scale 1: 5 M impressions, 40 M conversions, 787 k units, 20 metrics; about 5 GB of disk. `repeats`: one conversion
 * in so many is received twice. With a directory, its data are made once and used again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { buildScorecard, Scorecards } from '../../src/analyse/index.ts';
import { Attributor, LiveMoments, Recomputation } from '../../src/attribute/index.ts';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';
import { metrics, plan } from './experiment.ts';

const { values: options } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '5' },
    directory: { type: 'string' },
  },
});
const scale = Number(options.scale);
const runs = Number(options.runs);
const limits = { maxSeconds: 600, maxMemoryBytes: 8_000_000_000 };
const DAYS = 86_400_000;
const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));

const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'assay-bench-scorecard-'));
const parameters = mkdtempSync(join(tmpdir(), 'assay-bench-parameters-'));
try {
  const clickhouse = await openEmbeddedClickHouse({ directory });
  const postgres = await openEmbeddedPostgres({ directory: join(parameters, 'postgres') });
  await migrateClickHouse(clickhouse, migrations('clickhouse'));
  await migratePostgres(postgres, migrations('postgres'));
  await generate(clickhouse);
  const logger = pino({ level: 'warn' });
  const recomputation = new Recomputation({ clickhouse, postgres, logger });
  const dataThrough = new Date('2026-03-01T00:00:00Z');

  const [first] = await measure('first (finds the centres too)', 1, () =>
    recomputation.run(plan, { dataThrough }),
  );
  const units = first?.units.reduce((sum, row) => sum + row.units, 0);
  console.log(
    `units ${units}, repeated rows ${first?.exclusions.duplicateEvents}, failed ${first?.failed.length}`,
  );
  const ours = await measure('scorecard of 20 metrics', runs, () => recomputation.run(plan, { dataThrough }));
  const asked = metrics.map(({ definition }) => ({
    ...{
      environment: plan.environment,
      flag: plan.flag,
      name: definition.type === 'mean' ? definition.source.event : '',
    },
    window_hours: definition.type === 'mean' ? definition.windowHours : null,
  }));
  const peer = await measure('20 peer-shaped queries', Math.max(1, Math.floor(runs / 3)), async () => {
    for (const params of asked) await clickhouse.query({ sql: sql('peer'), params, limits });
  });
  const attributor = new Attributor({
    ...{ clickhouse, postgres, logger, holder: 'bench', sole: true, reconcileEveryMs: 0 },
    watermark: async () => dataThrough,
    plans: async () => [plan],
  });
  while ((await attributor.step()) !== 'idle');
  const live = new LiveMoments({ clickhouse, postgres });
  const stamp = { computedAt: dataThrough, scorecardId: 'sc_bench', engineVersion: '0' };
  const reads = await measure('live moments read, and the scorecard made of them', 101, async () => {
    const attribution = await live.read(plan.key);
    if (attribution !== null) buildScorecard(plan, attribution, stamp);
  });
  const scorecards = new Scorecards({ clickhouse, postgres });
  const made = await live.read(plan.key);
  if (made === null) throw new Error('the experiment has no live moments');
  await scorecards.save(buildScorecard(plan, made, stamp));
  await measure('the scorecard read as it is served', 101, async () => {
    const pointer = (await scorecards.latest([plan.key])).get(plan.key);
    if (pointer === undefined || (await scorecards.documents(plan.key, pointer)) === null)
      throw new Error('the scorecard is not there');
  });
  await attributor.close();
  console.log(
    `the ${asked.length} peer-shaped queries take ${Math.round(median(peer.map((run) => run.wall)) / median(reads.map((run) => run.wall)))} times as long`,
  );
  console.log(
    `ratio, wall ${(median(peer.map((run) => run.wall)) / median(ours.map((run) => run.wall))).toFixed(1)}, ` +
      `cpu ${(median(peer.map((run) => run.cpu)) / median(ours.map((run) => run.cpu))).toFixed(1)}; ` +
      `most memory of the process ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`,
  );
  await clickhouse.close();
  await postgres.close();
} finally {
  rmSync(parameters, { recursive: true, force: true });
  // A directory that was named is its owner's.
  if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
}

async function generate(clickhouse: ClickHouse): Promise<void> {
  const [found] = await clickhouse.query<{ rows: string }>({
    sql: 'SELECT count() AS rows FROM raw_conversions',
    limits,
  });
  if (found?.rows !== '0') return;
  const units = Math.round(787_500 * scale);
  const begin = performance.now();
  for (let block = 0; block < 10; block += 1) {
    const rows = Math.round(4_000_000 * scale);
    const from = Date.UTC(2026, 0, 1) + block * 3 * DAYS;
    const params = { first: block * rows, rows, units, from, repeats: Number(options.repeats) };
    await clickhouse.command({ sql: sql('generate-conversions'), params, limits });
  }
  for (let block = 0; block < 4; block += 1) {
    const rows = Math.round(1_250_000 * scale);
    const params = { first: block * rows, rows, units, from: plan.start.getTime() + block * 3 * DAYS };
    await clickhouse.command({ sql: sql('generate-impressions'), params, limits });
  }
  console.log(`data made in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}

async function measure<T>(label: string, times: number, work: () => Promise<T>) {
  const measured: (T & { wall: number; cpu: number })[] = [];
  for (let run = 0; run < times; run += 1) {
    const begin = performance.now();
    const cpu = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(cpu);
    measured.push({ ...result, wall: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 });
  }
  const show = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b);
    const text = (value = 0) => (value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`);
    return `median ${text(median(values))} (${text(sorted[0])}–${text(sorted.at(-1))})`;
  };
  console.log(
    `${label}: wall ${show(measured.map((run) => run.wall))}, cpu ${show(measured.map((run) => run.cpu))}, ${times} runs`,
  );
  return measured;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
