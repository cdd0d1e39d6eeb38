/**
 * Rows attributed a second and time a cycle, by the number of conversions that are stored and of rows that are new.
 * node bench/attribute/run.ts [--stored 1,10,40,100] [--cycles 2,20,200,1000,4000] [--units 5] [--repeats 5] [--statements] [--merged] [--directory path]
 * `stored` and `units` in millions, `cycles` in thousands of new rows, of which 30 % are impressions. Ten experiments of
 * twenty metrics each. `merged`: the history is one part a week, as weeks that are over are after a while. 100 M conversions need about 12 GB of disk.
 * `directory`: where the stores are kept, so that the next run goes on with what they hold; otherwise they are made anew and removed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { Attributor, LiveMoments } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse, migratePostgres } from '../../src/stores/migrations/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';
import { plan as scorecardPlan } from '../scorecard/experiment.ts';
import { timedStatements } from './timed-statements.ts';

const { values: options } = parseArgs({
  options: {
    stored: { type: 'string', default: '1,10,40,100' },
    cycles: { type: 'string', default: '2,20,200,1000,4000' },
    units: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '5' },
    statements: { type: 'boolean', default: false },
    merged: { type: 'boolean', default: false },
    directory: { type: 'string' },
  },
});
const millions = (text: string) => text.split(',').map((part) => Number(part) * 1e6);
const units = Number(options.units) * 1e6;
const repeats = Number(options.repeats);
const limits = { maxSeconds: 600, maxMemoryBytes: 8_000_000_000 };
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 1, 1);
const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const migrations = (store: string) => fileURLToPath(new URL(`../../migrations/${store}`, import.meta.url));

const plans: ExperimentPlan[] = Array.from({ length: 10 }, (_, index) => ({
  ...scorecardPlan,
  key: `experiment-${index}`,
  flag: `flag-${index}`,
}));

const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'assay-bench-attribute-'));
const engine = await openEmbeddedClickHouse({ directory: join(directory, 'clickhouse') });
const postgres = await openEmbeddedPostgres({ directory: join(directory, 'postgres') });
await migrateClickHouse(engine, migrations('clickhouse'));
await migratePostgres(postgres, migrations('postgres'));
const { clickhouse, times } = timedStatements(engine);
const [there] = await engine.query<{ stored: string; made: string; through: string }>({
  sql: 'SELECT count() AS stored, max(_offset) + 1 AS made, toUnixTimestamp64Milli(max(_received_at)) AS through FROM raw_conversions',
  limits,
});
let stored = Number(there?.stored ?? 0);
let made = stored === 0 ? 0 : Number(there?.made);
let through = Math.max(NOW, stored === 0 ? 0 : Number(there?.through));
const attributor = new Attributor({
  ...{ clickhouse, postgres, logger: pino({ level: 'warn' }), holder: 'bench' },
  watermark: async () => new Date(through),
  plans: async () => plans,
  mostRows: 1e9,
  passOverEveryMs: 0,
  sole: true,
  reconcileEveryMs: 0,
});
try {
  for (const size of millions(options.stored)) {
    // The first history is built, later ones are given to the cycles in parts.
    while (stored < size) {
      const rows = Math.min(4e6, size - stored);
      await insert(rows, stored === 0 || stored < (millions(options.stored)[0] ?? 0) ? 0 : through + 1);
      stored += rows;
      if (stored > (millions(options.stored)[0] ?? 0)) {
        through += 1;
        await settle();
      }
    }
    await settle();
    if (options.merged)
      for (const table of ['raw_conversions', 'raw_impressions', 'assignments'])
        await engine.command({ sql: `OPTIMIZE TABLE ${table} FINAL`, limits });
    await report(Math.max(size, stored));
  }
} finally {
  await attributor.close();
  await clickhouse.close();
  await postgres.close();
  if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
}

/** Rows of which 30 % more are impressions; of history over the two weeks before now. */
async function insert(conversions: number, received: number): Promise<void> {
  const impressions = Math.round(conversions * 0.3);
  const from = received === 0 ? NOW - 14 * DAY : NOW;
  const span = received === 0 ? 14 * DAY - 200_000 : 1000;
  const common = { units, from, span, received, first: made };
  await engine.command({
    sql: sql('generate-conversions'),
    params: { ...common, rows: conversions },
    limits,
  });
  await engine.command({
    sql: sql('generate-impressions'),
    params: { ...common, rows: impressions },
    limits,
  });
  made += conversions;
}

async function settle(): Promise<void> {
  while ((await attributor.step()) !== 'idle');
}

async function report(size: number): Promise<void> {
  const [parts] = await engine.query<{ parts: string; bytes: string }>({
    sql: "SELECT count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'raw_conversions'",
    limits,
  });
  console.log(
    `${(size / 1e6).toFixed(0)} M conversions stored, ${units / 1e6} M units; ${parts?.parts} parts of conversions, ${(Number(parts?.bytes) / 1e9).toFixed(2)} GB`,
  );
  for (const thousands of options.cycles.split(',').map(Number)) {
    const rows = thousands * 1000;
    const walls: number[] = [];
    times.clear();
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      await insert(Math.round((rows / 1.3) * 1), through + 1);
      through += 1;
      const begin = performance.now();
      const step = await attributor.step();
      walls.push(performance.now() - begin);
      if (step !== 'cycle') throw new Error(`a ${step} instead of a cycle`);
      await settle();
    }
    const sorted = walls.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    console.log(
      `  ${thousands} k new rows: ${median.toFixed(0)} ms a cycle (${sorted[0]?.toFixed(0)}–${sorted.at(-1)?.toFixed(0)}), ${(rows / median).toFixed(0)} k rows/s`,
    );
    if (options.statements)
      for (const [name, ms] of [...times].sort(([, a], [, b]) => b - a).slice(0, 12))
        console.log(`      ${(ms / repeats).toFixed(0).padStart(6)} ms ${name}`);
  }
  const live = new LiveMoments({ clickhouse: engine, postgres });
  const reads: number[] = [];
  for (let read = 0; read < 11; read += 1) {
    const begin = performance.now();
    await live.read('experiment-0');
    reads.push(performance.now() - begin);
  }
  console.log(`  a scorecard’s moments read in ${reads.sort((a, b) => a - b)[5]?.toFixed(1)} ms`);
}
