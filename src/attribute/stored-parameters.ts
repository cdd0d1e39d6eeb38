import type { PlannedMetric } from '../catalogue/index.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const latestSql = loadSql(new URL('./latest-metric-parameters.sql', import.meta.url));
const insertSql = loadSql(new URL('./insert-metric-parameters.sql', import.meta.url));

/** A percentile cap of one epoch: it may change until it is frozen. */
export interface StoredCap {
  readonly value: number;
  /** Unit totals it was computed from. */
  readonly totals: number;
  readonly frozen: boolean;
}

/** One version of what a metric's moments are made with. */
export interface StoredParameters {
  /** 0: not stored, as when there are no units yet. */
  readonly version: number;
  readonly centre: readonly number[];
  /** Units the centre was computed from. */
  readonly centreUnits: number;
  /** Computed caps by epoch number. */
  readonly caps: Readonly<Record<string, StoredCap>>;
}

interface Row {
  readonly metric: string;
  readonly metric_version: number;
  readonly version: number;
  readonly centre: readonly number[];
  readonly centre_units: number;
  readonly caps: Readonly<Record<string, StoredCap>>;
}

/** The versions of metrics' parameters, append-only, in Postgres. */
export class ParameterStore {
  readonly #postgres: PostgresRunner;

  constructor(postgres: PostgresRunner) {
    this.#postgres = postgres;
  }

  /** The latest version of each metric of an experiment, by `parametersKey`. */
  async latest(experiment: string): Promise<Map<string, StoredParameters>> {
    const rows = await this.#postgres.query<Row>(latestSql, [experiment]);
    return new Map(
      rows.map((row) => [
        `${row.metric} ${row.metric_version}`,
        { version: row.version, centre: row.centre, centreUnits: row.centre_units, caps: row.caps },
      ]),
    );
  }

  /** Stores a version; false where another run has stored it meanwhile, and then that one counts. */
  async add(
    experiment: string,
    metric: PlannedMetric,
    parameters: StoredParameters,
    dataThrough: Date,
  ): Promise<boolean> {
    const { version, centre, centreUnits, caps } = parameters;
    const { key } = metric.definition;
    const rows = await this.#postgres.query(insertSql, [
      ...[experiment, key, metric.version, version],
      ...[JSON.stringify(centre), centreUnits, JSON.stringify(caps), dataThrough],
    ]);
    return rows.length === 1;
  }
}

/** What tells apart the parameters of an experiment: its metrics and their versions. */
export function parametersKey(metric: PlannedMetric): string {
  return `${metric.definition.key} ${metric.version}`;
}
