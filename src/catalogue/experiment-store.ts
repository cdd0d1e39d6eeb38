import { z } from 'zod';
import { type Page, type PageQuery, positionOf, toPage } from '../access/index.ts';
import { AppError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { ExperimentDefinition, type ExperimentStatus } from './experiment.ts';
import { rolesWith } from './experiment-rules.ts';
import type { Experiment } from './experiment-view.ts';
import { FlagWide } from './guardrail.ts';
import { type StoredRow, storedFieldsOf } from './stored.ts';

const sql = {
  insert: loadSql(new URL('./insert-experiment.sql', import.meta.url)),
  lock: loadSql(new URL('./lock-experiment.sql', import.meta.url)),
  lockFlag: loadSql(new URL('./lock-flag-of-experiment.sql', import.meta.url)),
  read: loadSql(new URL('./read-experiment.sql', import.meta.url)),
  list: loadSql(new URL('./list-experiments.sql', import.meta.url)),
  guarded: loadSql(new URL('./list-guarded-experiments.sql', import.meta.url)),
  update: loadSql(new URL('./update-experiment.sql', import.meta.url)),
  pin: loadSql(new URL('./pin-metrics.sql', import.meta.url)),
  unpin: loadSql(new URL('./unpin-metrics.sql', import.meta.url)),
};
const LIST = 'experiments';

interface Row extends StoredRow {
  readonly status: ExperimentStatus;
  readonly started_at: Date | null;
  readonly stopped_at: Date | null;
  readonly flag_wide: unknown;
  readonly implicit: boolean;
  readonly metric_versions: Readonly<Record<string, number>>;
}

export interface ExperimentFilter {
  readonly status?: ExperimentStatus | undefined;
  readonly environment?: string | undefined;
  readonly flag?: string | undefined;
  readonly implicit?: boolean | undefined;
}

/** A running experiment that has guardrails. */
export interface GuardedExperiment {
  readonly key: string;
  readonly environment: string;
  readonly flag: string;
  /** Another one is another definition, or another epoch. */
  readonly revision: number;
}

/** An experiment's next revision; times that are not given stay null. */
export interface NextRevision {
  readonly definition: ExperimentDefinition;
  readonly status: ExperimentStatus;
  readonly startedAt: string | null;
  readonly stoppedAt: string | null;
  /** Absent: as they are. */
  readonly flagWide?: FlagWide;
}

function toView(row: Row): Experiment {
  const definition = ExperimentDefinition.parse(row.definition);
  const flagWide = FlagWide.parse(row.flag_wide);
  const versions = rolesWith(definition, flagWide).flatMap(({ metric }) => {
    const version = row.metric_versions[metric];
    return version === undefined ? [] : [[metric, version] as const];
  });
  return {
    ...definition,
    status: row.status,
    metricVersions: Object.fromEntries(versions),
    startedAt: row.started_at?.toISOString() ?? null,
    stoppedAt: row.stopped_at?.toISOString() ?? null,
    flagWide,
    implicit: row.implicit,
    ...storedFieldsOf(row),
  };
}

const DefinitionWithin = z.object(ExperimentDefinition.shape);

/** The definition within what the API shows of an experiment. */
export function definitionOf(experiment: Experiment): ExperimentDefinition {
  return DefinitionWithin.parse(experiment);
}

/** What is asked of the table of experiments. */
export class ExperimentStore {
  readonly #runner: PostgresRunner;

  constructor(runner: PostgresRunner) {
    this.#runner = runner;
  }

  /** False if there is one of this key. */
  async insert(
    definition: ExperimentDefinition,
    now: Date,
    { implicit }: { readonly implicit: boolean } = { implicit: false },
  ): Promise<boolean> {
    const values = [definition.key, JSON.stringify(definition), now, implicit];
    const made = await this.#runner.query(sql.insert, values);
    return made.length > 0;
  }

  async find(key: string): Promise<Experiment | null> {
    const [row] = await this.#runner.query<Row>(sql.read, [key]);
    return row === undefined ? null : toView(row);
  }

  /** @throws AppError `not-found`. */
  async read(key: string): Promise<Experiment> {
    const found = await this.find(key);
    if (found === null)
      throw new AppError(
        'not-found',
        `There is no experiment "${key}"; GET /api/v1/experiments lists those there are.`,
      );
    return found;
  }

  /** Reads it and keeps others from changing it or its flag until the transaction ends. */
  async lock(key: string): Promise<Experiment> {
    // A change of the flag goes on to its experiments: in the same order, so that the two cannot wait for each other.
    await this.#runner.query(sql.lockFlag, [key]);
    await this.#runner.query(sql.lock, [key]);
    return this.read(key);
  }

  async list(query: PageQuery, filter: ExperimentFilter): Promise<Page<Experiment>> {
    const rows = await this.#runner.query<Row>(sql.list, [
      positionOf(LIST, query),
      filter.status ?? null,
      filter.environment ?? null,
      filter.flag ?? null,
      filter.implicit ?? null,
      query.limit + 1,
    ]);
    return toPage(LIST, query, rows.map(toView), (experiment) => experiment.key);
  }

  guarded(): Promise<GuardedExperiment[]> {
    return this.#runner.query<GuardedExperiment>(sql.guarded);
  }

  /** The experiment as it is afterwards. */
  async update(next: NextRevision, now: Date): Promise<Experiment> {
    const { key } = next.definition;
    await this.#runner.query(sql.update, [
      key,
      JSON.stringify(next.definition),
      next.status,
      now,
      next.startedAt,
      next.stoppedAt,
      next.flagWide === undefined ? null : JSON.stringify(next.flagWide),
    ]);
    return this.read(key);
  }

  /** Metrics that have no version yet get the current one; those that are no longer listed lose theirs. */
  async pinMetrics(definition: ExperimentDefinition, flagWide: FlagWide): Promise<void> {
    const metrics = rolesWith(definition, flagWide).map(({ metric }) => metric);
    await this.#runner.query(sql.unpin, [definition.key, metrics]);
    await this.#runner.query(sql.pin, [definition.key, metrics]);
  }
}
