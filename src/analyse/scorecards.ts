import { createHash } from 'node:crypto';
import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Scorecard } from './build-scorecard.ts';
import { POINT_COLUMNS, pointRows, SCORECARD_COLUMNS, scorecardRow } from './scorecard-rows.ts';
import { readTimeseries, type Timeseries, type TimeseriesQuestion } from './timeseries.ts';

const ADVANCE = loadSql(new URL('./advance-latest-scorecards.sql', import.meta.url));
const LATEST = loadSql(new URL('./latest-scorecards.sql', import.meta.url));
const AS_OF = loadSql(new URL('./scorecard-as-of.sql', import.meta.url));
const DOCUMENTS = loadSql(new URL('./scorecard-documents.sql', import.meta.url));
const HISTORY = loadSql(new URL('./scorecard-history.sql', import.meta.url));

const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };

/** No page of history is longer. */
const MAX_HISTORY = 500;

/** Which scorecard, and how fresh it is. */
export interface ScorecardPointer {
  readonly scorecardId: string;
  readonly dataThrough: Date;
  readonly computedAt: Date;
}

/** Both documents of a scorecard, as the JSON texts that were stored. */
export interface ScorecardDocuments {
  readonly results: string;
  readonly health: string;
}

interface LatestRow {
  readonly experiment: string;
  readonly scorecard_id: string;
  readonly data_through: Date;
  readonly computed_at: Date;
}

/** ClickHouse's 64-bit integers arrive as strings. */
interface HistoryRow {
  readonly scorecard_id: string;
  readonly data_through_ms: string;
  readonly computed_at_ms: string;
}

const pointerOf = (row: HistoryRow): ScorecardPointer => ({
  scorecardId: row.scorecard_id,
  dataThrough: new Date(Number(row.data_through_ms)),
  computedAt: new Date(Number(row.computed_at_ms)),
});

/** The scorecards ever made: history in ClickHouse, which one is the latest in Postgres. */
export class Scorecards {
  readonly #clickhouse: ClickHouse;
  readonly #postgres: Postgres;

  constructor(stores: { clickhouse: ClickHouse; postgres: Postgres }) {
    this.#clickhouse = stores.clickhouse;
    this.#postgres = stores.postgres;
  }

  /** Keeps one scorecard; see {@link saveAll}. */
  save(scorecard: Scorecard): Promise<void> {
    return this.saveAll([scorecard]);
  }

  /**
   * Keeps scorecards of different experiments and makes each the latest of its own, unless a later one is. Saving the same
   * ones again changes nothing; a save that died half-way is finished by the next. The documents come first, so that no
   * point and no pointer is ever of a scorecard that is not there.
   */
  async saveAll(scorecards: readonly Scorecard[]): Promise<void> {
    if (scorecards.length === 0) return;
    const all = scorecards.map(({ results }) => results);
    const token = createHash('sha256')
      .update(all.map(({ scorecardId }) => scorecardId).join(' '))
      .digest('hex');
    await this.#insert('scorecards', SCORECARD_COLUMNS, scorecards.map(scorecardRow), token);
    await this.#insert('scorecard_points', POINT_COLUMNS, scorecards.map(pointRows), token);
    await this.#postgres.query(ADVANCE, [
      all.map(({ experiment }) => experiment),
      all.map(({ scorecardId }) => scorecardId),
      all.map(({ dataThrough }) => dataThrough),
      all.map(({ computedAt }) => computedAt),
    ]);
  }

  async #insert(
    table: string,
    columns: readonly string[],
    rows: readonly Buffer[],
    token: string,
  ): Promise<void> {
    const values = Buffer.concat(rows);
    if (values.length === 0) return;
    await this.#clickhouse.insert({ table, columns, values, token, limits: LIMITS });
  }

  /** The latest scorecard of each of these experiments that has one. */
  async latest(experiments: readonly string[]): Promise<Map<string, ScorecardPointer>> {
    const rows = await this.#postgres.query<LatestRow>(LATEST, [experiments]);
    return new Map(
      rows.map((row) => [
        row.experiment,
        { scorecardId: row.scorecard_id, dataThrough: row.data_through, computedAt: row.computed_at },
      ]),
    );
  }

  /** The scorecard of the latest data up to an instant; null where there was none. */
  async asOf(experiment: string, instant: Date): Promise<ScorecardPointer | null> {
    const [row] = await this.#clickhouse.query<HistoryRow>({
      sql: AS_OF,
      params: { experiment, instant },
      limits: LIMITS,
    });
    return row === undefined ? null : pointerOf(row);
  }

  /** What a scorecard said; null where there is no such scorecard. */
  async documents(experiment: string, pointer: ScorecardPointer): Promise<ScorecardDocuments | null> {
    const [row] = await this.#clickhouse.query<ScorecardDocuments>({
      sql: DOCUMENTS,
      params: { experiment, data_through: pointer.dataThrough, scorecard_id: pointer.scorecardId },
      limits: LIMITS,
    });
    return row ?? null;
  }

  /** Scorecards of data in [from, to), newest first, at most `limit` and never more than {@link MAX_HISTORY}. */
  async history(
    experiment: string,
    range: { readonly from: Date; readonly to: Date; readonly limit: number },
  ): Promise<ScorecardPointer[]> {
    const rows = await this.#clickhouse.query<HistoryRow>({
      sql: HISTORY,
      params: { experiment, from: range.from, to: range.to, limit: Math.min(range.limit, MAX_HISTORY) },
      limits: LIMITS,
    });
    return rows.map(pointerOf);
  }

  /** The figures over time; see {@link readTimeseries}. */
  async timeseries(experiment: string, question: TimeseriesQuestion): Promise<Timeseries> {
    return readTimeseries(this.#clickhouse, experiment, question);
  }
}
