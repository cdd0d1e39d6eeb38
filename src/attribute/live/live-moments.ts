import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Attribution, MomentsRow, UnitsRow } from '../attribution.ts';
import { dimensionOf, existsForSome } from '../metric-columns.ts';
import { momentsWithZeros } from '../metric-moments.ts';
import { frozenParameters } from '../parameters.ts';
import { metricId, planTerms } from '../plan-terms.ts';
import { Builds, type LiveBuild } from './builds.ts';
import { EXCLUDED } from './collect-moments.ts';
import { groupOf } from './group.ts';
import { triangleOf } from './moment-rows.ts';
import { Shard } from './shard.ts';

const READ = loadSql(new URL('./read-moments.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };
/** Cycles follow each other at least 100 ms apart, and reading takes a few. */
const MOST_READS = 20;

/** A row of moments, or, with build 0, the latest cycle whose rows are there. */
interface Row {
  readonly build: number;
  readonly epoch: number;
  readonly is_new: number;
  readonly cohort_day: string;
  readonly variant: string;
  readonly metric: string;
  readonly excluded: string;
  readonly n: string;
  readonly left_out: string;
  readonly sums: readonly number[];
  readonly products: readonly number[];
}

/** An attribution out of moments. */
export interface LiveAttribution extends Attribution {
  readonly build: number;
  /** Of the plan that the build was made for. */
  readonly identity: string;
}

/** Reads what the cycles have added up: a few rows an experiment, whatever the number of its events. */
export class LiveMoments {
  readonly #clickhouse: ClickHouse;
  readonly #builds: Builds;
  readonly #shard: Shard;

  constructor({ clickhouse, postgres }: { readonly clickhouse: ClickHouse; readonly postgres: Postgres }) {
    this.#clickhouse = clickhouse;
    this.#builds = new Builds(postgres);
    this.#shard = new Shard(postgres);
  }

  /** The attribution of the experiment's live build, or null where it has none yet. */
  async read(experiment: string): Promise<LiveAttribution | null> {
    for (let attempt = 1; ; attempt += 1) {
      const build = await this.#builds.liveOf(experiment);
      if (build === null) return null;
      const state = await this.#shard.read();
      const rows = await this.#clickhouse.query<Row>({
        sql: READ,
        params: { build: build.id, cycle: state.under?.cycle ?? 0 },
        limits: LIMITS,
      });
      const landed = rows.some((row) => row.build === 0);
      const after = await this.#shard.read();
      // What was finished meanwhile may be in the rows or not: look again.
      if (after.through !== state.through && attempt < MOST_READS) continue;
      if (state.under === null && after.under !== null && attempt < MOST_READS) continue;
      const through = landed && state.under !== null ? state.under.through : state.through;
      return attributionOf(
        build,
        rows.filter((row) => row.build !== 0),
        new Date(through),
      );
    }
  }
}

function attributionOf(build: LiveBuild, rows: readonly Row[], dataThrough: Date): LiveAttribution {
  const terms = planTerms(build.plan);
  const group = groupOf([build]);
  const cohorts = rows.filter((row) => row.metric === '' && row.excluded === '' && Number(row.n) > 0);
  const byMetric = Map.groupBy(rows, (row) => row.metric);
  const keyOf = (row: Row) => `${row.epoch} ${row.is_new} ${row.cohort_day} ${row.variant}`;
  const moments: MomentsRow[] = [];
  const outsideTransform: Record<string, number> = {};
  for (const metric of terms.metrics) {
    const { definition } = metric;
    if (build.failed[definition.key] !== undefined) continue;
    const own = new Map((byMetric.get(definition.key) ?? []).map((row) => [keyOf(row), row]));
    const dimension = dimensionOf(definition);
    const centre = build.parameters.get(metricId(metric))?.centre ?? [];
    for (const cohort of cohorts) {
      const at = terms.epochs.findIndex((epoch) => epoch.number === cohort.epoch);
      if (![...(group.metricsOfEpoch[at] ?? [])].some((ready) => ready.definition.key === definition.key))
        continue;
      const row = own.get(keyOf(cohort));
      const n = Number(row?.n ?? 0);
      const leftOut = Number(row?.left_out ?? 0);
      const zeros = existsForSome(definition) ? 0 : Number(cohort.n) - Number(cohort.left_out) - n - leftOut;
      const products = triangleOf(row?.products ?? [], dimension);
      const sums = (row?.sums ?? []).slice(0, dimension);
      const summed = momentsWithZeros([n, ...pad(sums, dimension), ...products], centre, dimension, zeros);
      if (summed.n > 0) moments.push({ ...cohortOf(cohort), metric: definition.key, moments: summed });
      if (leftOut > 0) outsideTransform[definition.key] = (outsideTransform[definition.key] ?? 0) + leftOut;
    }
  }
  const units = cohorts.map(
    (row): UnitsRow => ({ ...cohortOf(row), units: Number(row.n), multipleVariants: Number(row.left_out) }),
  );
  const excluded = new Map<string, number>();
  for (const row of rows)
    if (row.excluded !== '') excluded.set(row.excluded, (excluded.get(row.excluded) ?? 0) + Number(row.n));
  const reasons = [...excluded].flatMap(([name, n]): [string, number][] =>
    name.startsWith(EXCLUDED.reason) && n > 0 ? [[name.slice(EXCLUDED.reason.length), n]] : [],
  );
  return {
    build: build.id,
    identity: build.identity,
    dataThrough,
    units,
    moments,
    parameters: terms.metrics
      .filter(({ definition }) => build.failed[definition.key] === undefined)
      .flatMap((metric) => {
        const stored = build.parameters.get(metricId(metric));
        return stored === undefined ? [] : [frozenParameters(terms, metric, stored)];
      }),
    failed: Object.entries(build.failed).map(([metric, reason]) => ({ metric, reason })),
    exclusions: {
      multipleVariants: units.reduce((sum, row) => sum + row.multipleVariants, 0),
      guardInterval: excluded.get(EXCLUDED.guard) ?? 0,
      unknownVariant: excluded.get(EXCLUDED.variant) ?? 0,
      impressionsByReason: Object.fromEntries(reasons.sort(([a], [b]) => (a < b ? -1 : 1))),
      offTarget: excluded.get(EXCLUDED.target) ?? 0,
      outsideDates: excluded.get(EXCLUDED.dates) ?? 0,
      outsideTransform,
      ...build.slowCounts,
    },
  };
}

function pad(values: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, index) => values[index] ?? 0);
}

function cohortOf(row: Row) {
  return {
    epoch: row.epoch,
    population: row.is_new === 1 ? ('new' as const) : ('returning' as const),
    cohortDay: row.cohort_day,
    variant: row.variant,
  };
}
