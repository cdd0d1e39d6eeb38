import type { ClickHouse, StatementLimits } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { eventsOf } from '../metric-types/index.ts';
import type { Build } from './build.ts';
import type { Stretch } from './touched.ts';

const FRESH_KINDS = loadSql(new URL('./fresh-kinds.sql', import.meta.url));

interface Kind {
  readonly is_impression: number;
  readonly environment: string;
  readonly unit_type: string;
  readonly kind: string;
}

/** The builds that new rows can touch: of their flags, or of their metrics' conversions. The others cost nothing. */
export async function touchedBuilds<B extends Build>(
  { clickhouse, limits }: { readonly clickhouse: ClickHouse; readonly limits: StatementLimits },
  builds: readonly B[],
  { from, to }: Stretch,
): Promise<B[]> {
  const kinds = await clickhouse.query<Kind>({ sql: FRESH_KINDS, params: { from, to }, limits });
  const fresh = new Set(
    kinds.map((row) => keyOf(row.is_impression === 1, row.environment, row.unit_type, row.kind)),
  );
  return builds.filter(({ plan }) => {
    const { environment, unitType, flag, metrics } = plan;
    return (
      fresh.has(keyOf(true, environment, unitType, flag)) ||
      metrics.some(({ definition }) =>
        eventsOf(definition).some((name) => fresh.has(keyOf(false, environment, unitType, name))),
      )
    );
  });
}

function keyOf(isImpression: boolean, environment: string, unitType: string, kind: string): string {
  return JSON.stringify([isImpression, environment, unitType, kind]);
}
