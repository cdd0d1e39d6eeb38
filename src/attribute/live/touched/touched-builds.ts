import type { ClickHouse, ParameterValue, StatementLimits } from '../../../stores/clickhouse/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import { eventsOf } from '../../metric-types/index.ts';
import { fill } from '../../question.ts';
import type { Build } from '../builds/index.ts';

const KINDS_OF_ROWS = loadSql(new URL('./kinds-of-rows.sql', import.meta.url));

interface Kind {
  readonly is_impression: number;
  readonly environment: string;
  readonly unit_type: string;
  readonly kind: string;
}

/** The builds that some rows can touch: of their flags, or of their metrics' conversions. The others cost nothing. */
export async function touchedBuilds<B extends Build>(
  { clickhouse, limits }: { readonly clickhouse: ClickHouse; readonly limits: StatementLimits },
  builds: readonly B[],
  among: { readonly rows: string; readonly params: Readonly<Record<string, ParameterValue>> },
): Promise<B[]> {
  const kinds = await clickhouse.query<Kind>({
    sql: fill(KINDS_OF_ROWS, { rows: among.rows }),
    params: among.params,
    limits,
  });
  const there = new Set(
    kinds.map((row) => keyOf(row.is_impression === 1, row.environment, row.unit_type, row.kind)),
  );
  return builds.filter(({ plan }) => {
    const { environment, unitType, flag, metrics } = plan;
    return (
      there.has(keyOf(true, environment, unitType, flag)) ||
      metrics.some(({ definition }) =>
        eventsOf(definition).some((name) => there.has(keyOf(false, environment, unitType, name))),
      )
    );
  });
}

function keyOf(isImpression: boolean, environment: string, unitType: string, kind: string): string {
  return JSON.stringify([isImpression, environment, unitType, kind]);
}
