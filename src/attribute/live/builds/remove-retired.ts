import type { ClickHouse, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import type { Builds } from './builds.ts';

const STATEMENTS = ['remove-assignments', 'remove-moments'].map((name) =>
  loadSql(new URL(`./${name}.sql`, import.meta.url)),
);

/** Takes away what is kept of builds that were retired so long ago; gives their number. Done again it does no harm. */
export async function removeRetired(
  { clickhouse, builds, limits }: { clickhouse: ClickHouse; builds: Builds; limits: StatementLimits },
  retiredForMs: number,
): Promise<number> {
  const retired = await builds.retiredFor(retiredForMs);
  if (retired.length === 0) return 0;
  for (const sql of STATEMENTS) await clickhouse.command({ sql, params: { builds: retired }, limits });
  await builds.removed(retired);
  return retired.length;
}
