/**
 * The whole service in one process at a steady pace: how soon an accepted event is in results, how soon harm is told, and
 * what it takes.
 * node bench/live/run.ts [--stored 10] [--events-per-second 10000] [--seconds 600] [--units 5] [--harms 60]
 *   [--refresh-seconds 1] [--no-results] [--guarded]
 * `stored` and `units` in millions; without results nobody asks for them again and again. Ten running experiments of twenty metrics each (where they
 * are guarded, with guardrails on two of them), and as many flags as `harms` with one guardrail, each of which does harm once. Needs `node scripts/build.ts` before.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type RunningService, runService } from '../../scripts/run-service.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse } from '../../src/stores/migrations/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';
import { metrics } from '../scorecard/experiment.ts';
import { quantile } from '../stream/paced-load.ts';
import { Client } from './client.ts';
import { diskOf } from './disk.ts';
import { Harm } from './harm.ts';
import { Load } from './load.ts';
import { readDecisions } from './reads.ts';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    stored: { type: 'string', default: '10' },
    'events-per-second': { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '600' },
    units: { type: 'string', default: '5' },
    harms: { type: 'string', default: '60' },
    'refresh-seconds': { type: 'string', default: '1' },
    results: { type: 'boolean', default: true },
    guarded: { type: 'boolean', default: false },
  },
});
const stored = Number(options.stored) * 1e6;
const units = Number(options.units) * 1e6;
const seconds = Number(options.seconds);
const refreshSeconds = Number(options['refresh-seconds']);
const DAY = 86_400_000;
const limits = { maxSeconds: 600, maxMemoryBytes: 8_000_000_000 };

const directory = mkdtempSync(join(tmpdir(), 'assay-bench-live-'));
try {
  // The service makes its directory itself.
  await (await runService({ dataDirectory: directory })).stop();
  await fillHistory();
  const env = {
    ...{ OUTBOUND_ALLOW_HTTP: 'on', OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1/32' },
    DECISIONS_PORT: '0',
  };
  const service = await runService({ dataDirectory: directory, env });
  const client = new Client(service);
  await declare(client);
  const ten = Array.from({ length: 10 }, (_, index) => `experiment-${index}`);
  const liveAfter = await untilLive(client, ten);
  console.log(
    `${options.stored} M conversions stored; ten experiments live ${liveAfter.toFixed(0)} s after their start`,
  );
  const harm = new Harm(client, Number(options.harms));
  await harm.declare();
  await untilLive(client, harm.flags);
  const settledAfter = await untilAtRest(service.process.pid ?? 0);
  console.log(`  parts of the start merged ${settledAfter.toFixed(0)} s later`);
  await underLoad(client, harm, service);
  await service.stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Rows of the two weeks before now, as they would have been received then. */
async function fillHistory(): Promise<void> {
  const engine = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
  await migrateClickHouse(engine, fileURLToPath(new URL('../../migrations/clickhouse', import.meta.url)));
  const common = { units, from: Date.now() - 14 * DAY, span: 14 * DAY - 200_000, received: 0 };
  for (let first = 0; first < stored; first += 4e6)
    for (const [name, share] of [
      ['conversions', 1],
      ['impressions', 0.3],
    ] as const) {
      const rows = Math.round(Math.min(4e6, stored - first) * share);
      const sql = loadSql(new URL(`../attribute/generate-${name}.sql`, import.meta.url));
      await engine.command({ sql, params: { ...common, first, rows }, limits });
    }
  // Weeks that are over are one part each after a while.
  for (const table of ['raw_conversions', 'raw_impressions'])
    await engine.command({ sql: `OPTIMIZE TABLE ${table} FINAL`, limits });
  await engine.close();
}

async function declare(client: Client): Promise<void> {
  for (const { definition } of metrics) await client.post('metrics', definition);
  const variants = ['control', 'treatment'];
  for (let index = 0; index < 10; index += 1) {
    await client.post('flags', { key: `flag-${index}`, variants: variants.map((key) => ({ key })) });
    const key = `experiment-${index}`;
    await client.post('experiments', {
      ...{ key, flag: `flag-${index}`, control: 'control', refreshSeconds },
      start: new Date(Date.now() - 10 * DAY).toISOString(),
      arms: variants.map((variant) => ({ variant, weight: 1 })),
      metrics: { secondary: metrics.map(({ definition }) => definition.key) },
      guardrails: options.guarded ? ['m0-72h', 'm5-72h'].map(watched) : [],
    });
    await client.post(`experiments/${key}:start`, {});
  }
}

function watched(metric: string) {
  return { metric, margin: { kind: 'relative', value: 0.5 }, action: 'notify' };
}

/** Seconds until every experiment has live moments. */
async function untilLive(client: Client, experiments: readonly string[]): Promise<number> {
  const begin = performance.now();
  for (const experiment of experiments)
    while ((await client.attribution(experiment)).state !== 'live') await pause(500);
  return (performance.now() - begin) / 1000;
}

/** Seconds until the process has next to nothing to do: what the start has left to merge is not what events cost. */
async function untilAtRest(pid: number): Promise<number> {
  const begin = performance.now();
  for (let before = processorMsOf(pid), idle = 0; idle < 2; ) {
    await pause(3000);
    const after = processorMsOf(pid);
    idle = after - before < 1000 ? idle + 1 : 0;
    before = after;
  }
  return (performance.now() - begin) / 1000;
}

/** In user and kernel mode, of all threads; Linux counts in hundredths of a second. */
function processorMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function underLoad(client: Client, harm: Harm, service: RunningService): Promise<void> {
  const pid = service.process.pid ?? 0;
  const load = new Load(client, { eventsPerSecond: Number(options['events-per-second']), units });
  const before = diskOf(directory).bytes;
  const live: number[] = [];
  const scorecards: number[] = [];
  const until = performance.now() + seconds * 1000;
  const watch = async (into: number[], dataThrough: () => Promise<number>): Promise<void> => {
    // One event after the other: when the results have all that was received up to its acceptance, it is in them.
    while (performance.now() < until) {
      const acceptedAt = load.lastAcceptedAt;
      if (acceptedAt === null) {
        await pause(100);
        continue;
      }
      while ((await dataThrough()) < acceptedAt) await pause(20);
      into.push(Date.now() - acceptedAt);
      await pause(50);
    }
  };
  let peak = 0;
  let parts = 0;
  const sample = async (): Promise<void> => {
    for (let n = 0; performance.now() < until; n += 1) {
      const memory = memoryOf(pid);
      peak = Math.max(peak, memory);
      // Looking at every file has this thread for a quarter of a second, in which nothing is measured.
      if (n % 60 === 0) {
        const found = diskOf(directory);
        parts = Math.max(parts, found.parts);
        console.log(
          `  ${n} s: ${load.accepted} events, ${memory} MB, ${found.parts} parts on disk, ${(found.bytes / 1e9).toFixed(2)} GB`,
        );
      }
      await pause(1000);
    }
  };
  const own = monitorEventLoopDelay({ resolution: 1 });
  own.enable();
  const addresses = [`${service.base}/api/v1/decisions`, service.decisions ?? ''];
  let reads: ReturnType<typeof readDecisions>[] = [];
  await Promise.all([
    load.run(seconds),
    ...(options.results
      ? [
          watch(live, () => client.liveThrough('experiment-0')),
          watch(scorecards, () => client.storedThrough('experiment-1')),
        ]
      : []),
    harm.run(seconds, () => {
      reads = addresses.map((address) => readDecisions(service, address, harm.flags));
    }),
    sample(),
  ]);
  const figures = (sorted: number[]): string =>
    `p50 ${shown(quantile(sorted, 0.5))} ms, p99 ${shown(quantile(sorted, 0.99))} ms, worst ${sorted.at(-1)?.toFixed(0)} ms of ${sorted.length}`;
  const shown = (ms: number): string => ms.toFixed(ms < 20 ? 1 : 0);
  const ascending = (values: number[]): number[] => values.toSorted((a, b) => a - b);
  console.log(
    `  ${(load.accepted / seconds).toFixed(0)} events/s accepted over ${seconds} s, ${load.refused} requests refused`,
  );
  if (options.results) {
    console.log(`  accepted → results made on request: ${figures(ascending(live))}`);
    console.log(`  accepted → scorecards of every ${refreshSeconds} s: ${figures(ascending(scorecards))}`);
  }
  console.log(`  harm sent → on the stream of decisions: ${figures(ascending(harm.toStream))}`);
  console.log(`  harm sent → at a webhook: ${figures(ascending(harm.toWebhook))}`);
  console.log(`  decision → at a webhook: ${figures(ascending(harm.decisionToWebhook))}`);
  const [shared = [], alone = []] = await Promise.all(reads.map((end) => end()));
  console.log(`  reading a decision on DECISIONS_PORT: ${figures(ascending(alone))}`);
  console.log(`  reading a decision on PORT: ${figures(ascending(shared))}`);
  console.log(
    `  of which this thread was late itself by p50 ${(own.percentile(50) / 1e6).toFixed(1)} ms, p99 ${(own.percentile(99) / 1e6).toFixed(1)} ms`,
  );
  const grown = diskOf(directory).bytes - before;
  console.log(
    `  at most ${peak} MB of memory and ${parts} parts; ${(grown / load.accepted).toFixed(1)} MB of disk a million events, before all is merged`,
  );
}

function memoryOf(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(found?.[1] ?? 0) / 1000);
}
