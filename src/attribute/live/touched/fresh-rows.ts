import type { ClickHouse, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import type { Stretch } from './touched.ts';

const FRESH_ROWS = loadSql(new URL('./fresh-rows.sql', import.meta.url));

interface Tools {
  readonly clickhouse: ClickHouse;
  readonly limits: StatementLimits;
}

/** How many rows of both raw tables were received in the stretch, by receipt time (ms, ascending). */
export async function freshRows(
  { clickhouse, limits }: Tools,
  { from, to }: Stretch,
): Promise<{ readonly received: number; readonly rows: number }[]> {
  const found = await clickhouse.query<{ received: string; rows: string }>({
    sql: FRESH_ROWS,
    params: { from, to },
    limits,
  });
  return found.map(({ received, rows }) => ({ received: Number(received), rows: Number(rows) }));
}

/** Their number. */
export async function countFreshRows(tools: Tools, stretch: Stretch): Promise<number> {
  const found = await freshRows(tools, stretch);
  return found.reduce((sum, { rows }) => sum + rows, 0);
}
