import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { Difference } from './result-parts.ts';
import type { Verdict } from './results-document.ts';

const EXTENT = loadSql(new URL('./timeseries-extent.sql', import.meta.url));
const POINTS = loadSql(new URL('./timeseries.sql', import.meta.url));

const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };

/** A series never has more points; more scorecards than that are thinned to the last one of each stretch of time. */
export const MAX_POINTS = 500;
/** Nor does an answer of many series. */
const MAX_ROWS = 20_000;

export interface TimeseriesQuestion {
  /** null: every metric. */
  readonly metric: string | null;
  /** Of the scorecards' dataThrough, half-open. */
  readonly from: Date;
  readonly to: Date;
  /** Points of a series, at most {@link MAX_POINTS}. */
  readonly limit: number;
}

/** A comparison as one scorecard gave it. */
interface TimeseriesPoint {
  readonly dataThrough: string;
  readonly scorecardId: string;
  readonly verdict: Verdict;
  readonly units: { readonly control: number; readonly treatment: number };
  readonly means: { readonly control: number | null; readonly treatment: number | null };
  readonly p: number | null;
  readonly absolute: Difference;
  readonly relative: Difference;
  readonly reason: string | null;
}

interface Series {
  readonly metric: string;
  readonly variant: string;
  /** Ascending by dataThrough. */
  readonly points: TimeseriesPoint[];
}

export interface Timeseries {
  readonly series: Series[];
  /** Milliseconds of which only the last scorecard is shown; null where all of them are. */
  readonly stretchMs: number | null;
}

interface Extent {
  readonly series: string;
  readonly instants: string;
  readonly first_ms: string;
  readonly last_ms: string;
}

interface PointRow {
  readonly metric: string;
  readonly variant: string;
  readonly data_through_ms: string;
  readonly scorecard_id: string;
  readonly verdict: Verdict;
  readonly control_units: number;
  readonly units: number;
  readonly control_mean: number | null;
  readonly mean: number | null;
  readonly p: number | null;
  readonly absolute_estimate: number | null;
  readonly absolute_low: number | null;
  readonly absolute_high: number | null;
  readonly relative_estimate: number | null;
  readonly relative_low: number | null;
  readonly relative_high: number | null;
}

function difference(estimate: number | null, low: number | null, high: number | null): Difference {
  const ci: Difference['ci'] = low === null || high === null ? null : [low, high];
  return { estimate, ci, reason: estimate === null || ci === null ? 'see-scorecard' : null };
}

function pointOf(row: PointRow): TimeseriesPoint {
  return {
    dataThrough: new Date(Number(row.data_through_ms)).toISOString(),
    scorecardId: row.scorecard_id,
    verdict: row.verdict,
    units: { control: row.control_units, treatment: row.units },
    means: { control: row.control_mean, treatment: row.mean },
    p: row.p,
    absolute: difference(row.absolute_estimate, row.absolute_low, row.absolute_high),
    relative: difference(row.relative_estimate, row.relative_low, row.relative_high),
    reason: [row.p, row.control_mean, row.mean].includes(null) ? 'see-scorecard' : null,
  };
}

/** The figures of an experiment over time, one series per metric and treatment, thinned to at most `limit` points each. */
export async function readTimeseries(
  clickhouse: ClickHouse,
  experiment: string,
  { metric, from, to, limit }: TimeseriesQuestion,
): Promise<Timeseries> {
  const params = { experiment, metric: metric ?? '', from, to };
  const [extent] = await clickhouse.query<Extent>({ sql: EXTENT, params, limits: LIMITS });
  const seriesCount = Number(extent?.series ?? 0);
  if (extent === undefined || seriesCount === 0) return { series: [], stretchMs: null };
  const stretches = Math.max(1, Math.min(limit, MAX_POINTS, Math.floor(MAX_ROWS / seriesCount)));
  const first = Number(extent.first_ms);
  const thinned = Number(extent.instants) > stretches;
  const stretchMs = thinned ? Math.ceil((Number(extent.last_ms) - first + 1) / stretches) : 1;
  const rows = await clickhouse.query<PointRow>({
    sql: POINTS,
    params: { ...params, first_ms: first, stretch_ms: stretchMs, limit: stretches * seriesCount },
    limits: LIMITS,
  });
  const series = new Map<string, Series>();
  for (const row of rows) {
    const name = JSON.stringify([row.metric, row.variant]);
    const own = series.get(name) ?? { metric: row.metric, variant: row.variant, points: [] };
    series.set(name, own);
    own.points.push(pointOf(row));
  }
  for (const { points } of series.values()) points.reverse();
  return { series: [...series.values()], stretchMs: thinned ? stretchMs : null };
}
