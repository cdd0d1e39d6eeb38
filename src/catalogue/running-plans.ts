import { Interned } from '../interned.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { ExperimentPlan, PlannedMetric } from './experiment.ts';
import type { Metric } from './metric.ts';
import { readPlans } from './plan.ts';

const LIST = loadSql(new URL('./list-experiments-to-refresh.sql', import.meta.url));

/** Plans are large: read so many at a time. */
const AT_ONCE = 500;

interface Row {
  readonly key: string;
  readonly refresh_seconds: number;
  readonly revision: number;
  readonly segments_revision: number;
}

interface Known {
  readonly revision: string;
  readonly plan: ExperimentPlan;
}

/**
 * The plans of the experiments that need scorecards: the running ones, and stopped ones whose windows are still open.
 * One that has not changed since it was read last is not read again, so that looking at thousands costs little.
 */
export class RunningPlans {
  readonly #postgres: PostgresRunner;
  readonly #metrics = new Interned<Metric>();
  #known = new Map<string, Known>();

  constructor(postgres: PostgresRunner) {
    this.#postgres = postgres;
  }

  /** Of all of them. */
  async all(now: Date): Promise<ExperimentPlan[]> {
    const rows = await this.#list(now, null);
    const keys = new Set(rows.map(({ key }) => key));
    // Those that have ended are not asked for again.
    this.#known = new Map([...this.#known].filter(([key]) => keys.has(key)));
    return this.#plansOf(rows);
  }

  /** Of those of them that have these keys. */
  async of(keys: readonly string[], now: Date): Promise<ExperimentPlan[]> {
    return this.#plansOf(await this.#list(now, keys));
  }

  #list(now: Date, keys: readonly string[] | null): Promise<Row[]> {
    return this.#postgres.query<Row>(LIST, [now, keys]);
  }

  async #plansOf(rows: readonly Row[]): Promise<ExperimentPlan[]> {
    const found = new Map<string, ExperimentPlan>();
    const changed: Row[] = [];
    for (const row of rows) {
      const known = this.#known.get(row.key);
      if (known?.revision === revisionOf(row)) found.set(row.key, known.plan);
      else changed.push(row);
    }
    for (let from = 0; from < changed.length; from += AT_ONCE) {
      const some = new Map(changed.slice(from, from + AT_ONCE).map((row) => [row.key, row]));
      for (const read of await readPlans(this.#postgres, [...some.keys()])) {
        const plan = { ...read, metrics: read.metrics.map((metric) => this.#shared(metric)) };
        const row = some.get(plan.key);
        // Changed again meanwhile, it is read once more next time: its revision is that from before.
        if (row !== undefined) this.#known.set(plan.key, { revision: revisionOf(row), plan });
        found.set(plan.key, plan);
      }
    }
    return rows.flatMap(({ key }) => found.get(key) ?? []);
  }

  #shared({ definition, ...metric }: PlannedMetric): PlannedMetric {
    return { ...metric, definition: this.#metrics.of(`${definition.key} ${metric.version}`, definition) };
  }
}

/** Segments have revisions of their own. */
function revisionOf(row: Row): string {
  return `${row.revision} ${row.segments_revision}`;
}
