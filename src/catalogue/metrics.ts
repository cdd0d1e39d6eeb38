import type { z } from 'zod';
import { type Page, type PageQuery, positionOf, toPage } from '../access/index.ts';
import { sameJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import type { Postgres, PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Change, Changes } from './changes.ts';
import { invalid, parseDocument } from './field-errors.ts';
import { parsePatched } from './merge-patch.ts';
import { Metric } from './metric.ts';
import type { MetricView } from './metric-view.ts';
import { type Precondition, requireCurrent } from './precondition.ts';

const insertSql = loadSql(new URL('./insert-metric-version.sql', import.meta.url));
const readSql = loadSql(new URL('./read-metric.sql', import.meta.url));
const listSql = loadSql(new URL('./list-metrics.sql', import.meta.url));
const LIST = 'metrics';

interface Row {
  readonly definition: unknown;
  readonly version: number;
  readonly created_at: Date;
  readonly first_created_at: Date;
}

const toView = (row: Row): MetricView => ({
  ...Metric.parse(row.definition),
  version: row.version,
  createdAt: row.first_created_at.toISOString(),
  updatedAt: row.created_at.toISOString(),
});

/** Create, read, list and change metrics. A change makes a new version; no version is ever altered. */
export class Metrics {
  readonly #postgres: Postgres;
  readonly #changes: Changes;

  constructor(deps: { postgres: Postgres; changes: Changes }) {
    this.#postgres = deps.postgres;
    this.#changes = deps.changes;
  }

  /** @throws AppError `conflict` if there is one, `unprocessable` if the definition is not valid. */
  async create(change: Change, document: z.input<typeof Metric>): Promise<MetricView> {
    const metric = parseDocument(Metric, document);
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const made = await transaction.query(insertSql, [metric.key, 1, JSON.stringify(metric), now]);
      if (made.length === 0)
        throw new AppError('conflict', `There is already a metric "${metric.key}"; PATCH it instead.`);
      const after = await this.read(metric.key, null, transaction);
      await record({ action: 'create', resource: `metrics/${metric.key}`, before: null, after });
      return after;
    });
  }

  /** At its current version, or at the one asked for; null if there is none. */
  async find(
    key: string,
    version: number | null = null,
    from: PostgresRunner = this.#postgres,
  ): Promise<MetricView | null> {
    const [row] = await from.query<Row>(readSql, [key, version]);
    return row === undefined ? null : toView(row);
  }

  /** @throws AppError `not-found`. */
  async read(key: string, version: number | null = null, from?: PostgresRunner): Promise<MetricView> {
    const found = await this.find(key, version, from);
    if (found !== null) return found;
    const what = version === null ? `metric "${key}"` : `version ${version} of a metric "${key}"`;
    throw new AppError('not-found', `There is no ${what}; GET /api/v1/metrics lists those there are.`);
  }

  /** Each at its current version, in the order of their keys. */
  async list(query: PageQuery): Promise<Page<MetricView>> {
    const rows = await this.#postgres.query<Row>(listSql, [positionOf(LIST, query), query.limit + 1]);
    return toPage(LIST, query, rows.map(toView), (metric) => metric.key);
  }

  /** A new version by a merge patch; one that changes nothing makes none. @throws AppError `precondition-failed`, `unprocessable`. */
  patch(change: Change, key: string, precondition: Precondition, patch: unknown): Promise<MetricView> {
    return this.#changes.make(change, async ({ transaction, now, record }) => {
      const before = await this.read(key, null, transaction);
      const resource = `metrics/${key}`;
      requireCurrent(precondition, before.version, resource);
      const { version, createdAt: _, updatedAt: __, ...old } = before;
      const metric = parsePatched(Metric, old, patch);
      if (metric.key !== key)
        throw invalid([{ pointer: '/key', detail: 'is part of the address and never changes' }]);
      if (sameJson(old, metric)) return before;
      const made = await transaction.query(insertSql, [key, version + 1, JSON.stringify(metric), now]);
      if (made.length === 0) requireCurrent([version], version + 1, resource);
      const after = await this.read(key, null, transaction);
      await record({ action: 'update', resource, before, after });
      return after;
    });
  }
}
