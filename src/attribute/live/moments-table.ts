import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { TableRow } from './moment-rows.ts';

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
  readonly n: string;
  readonly left_out: string;
  readonly sums: number[];
  readonly products: number[];
}

/** A build's moments, and whether those of a cycle that may be under way are in them. */
export async function readMoments(
  clickhouse: ClickHouse,
  build: number,
  cycle: number | null,
): Promise<{ readonly rows: TableRow[]; readonly landed: boolean }> {
  const rows = await clickhouse.query<Row>({
    sql: READ,
    params: { build, cycle: cycle ?? 0 },
    limits: LIMITS,
  });
  return {
    landed: rows.some((row) => row.build === 0),
    rows: rows.filter((row) => row.build !== 0).map(toTableRow),
  };
}

function toTableRow({ is_new, cohort_day, left_out, n, ...row }: Row): TableRow {
  return { ...row, isNew: is_new, cohortDay: cohort_day, n: Number(n), leftOut: Number(left_out) };
}
