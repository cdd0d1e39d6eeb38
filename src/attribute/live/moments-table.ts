import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { dimensionOf } from '../metric-types/index.ts';
import { fill } from '../question.ts';
import type { Build } from './builds/index.ts';
import { inFourDimensions, type TableRow } from './moment-rows.ts';

const READ = loadSql(new URL('./read-moments.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };

interface Row {
  readonly build: number;
  readonly epoch: number;
  readonly is_new: number;
  readonly cohort_day: string;
  readonly variant: string;
  readonly metric: string;
  readonly excluded: string;
  readonly segment: string;
  readonly bin: number;
  readonly n: string;
  readonly left_out: string;
  readonly sums: number[];
  readonly products: number[];
}

/** The sums of the columns of so many dimensions. */
function columnsOf(dimension: number): { sums: string; products: string } {
  const indexes = Array.from({ length: dimension }, (_, index) => index + 1);
  return {
    sums: indexes.map((i) => `sum(s${i})`).join(', '),
    products: indexes.flatMap((i) => indexes.slice(i - 1).map((j) => `sum(p${i}${j})`)).join(', '),
  };
}

/** The moments of builds in some segments (`segmentKey`), by build, and whether those of a cycle that may be under way are in them. */
export async function readMoments(
  clickhouse: ClickHouse,
  builds: readonly Pick<Build, 'id' | 'plan'>[],
  cycle: number | null,
  segments: readonly string[],
): Promise<{ readonly rows: ReadonlyMap<number, TableRow[]>; readonly landed: boolean }> {
  const metrics = builds.flatMap(({ plan }) => plan.metrics);
  // What is not read need not be planned, added up, written and parsed.
  const dimension = metrics.reduce((most, { definition }) => Math.max(most, dimensionOf(definition)), 1);
  const rows = await clickhouse.query<Row>({
    sql: fill(READ, columnsOf(dimension)),
    params: { builds: builds.map(({ id }) => id), cycle: cycle ?? 0, segments },
    limits: LIMITS,
  });
  return {
    landed: rows.some((row) => row.build === 0),
    rows: Map.groupBy(
      rows.filter((row) => row.build !== 0).map((row) => toTableRow(row, dimension)),
      (row) => row.build,
    ),
  };
}

function toTableRow(
  { is_new, cohort_day, left_out, n, sums, products, ...row }: Row,
  dimension: number,
): TableRow {
  return {
    ...row,
    ...{ isNew: is_new, cohortDay: cohort_day, n: Number(n), leftOut: Number(left_out) },
    ...inFourDimensions(sums, products, dimension),
  };
}
