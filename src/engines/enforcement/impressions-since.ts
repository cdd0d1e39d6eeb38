import type { ClickHouse } from '../../stores/clickhouse/index.ts';
import { loadSql } from '../../stores/sql-file.ts';

const SINCE = loadSql(new URL('./impressions-since.sql', import.meta.url));

/** What the impressions of a flag that were received since a moment show. Moments are by our clock. */
export interface ImpressionsSeen {
  /** Last one of the treatment. */
  readonly last: Date | null;
  /** Last one of another variant: that impressions come at all. */
  readonly heard: Date | null;
  /** Units that met the treatment since then. */
  readonly units: number;
}

export type ImpressionsSince = (
  environment: string,
  flag: string,
  treatment: string,
  since: Date,
) => Promise<ImpressionsSeen>;

/** Reads them from the raw impressions. */
export function impressionsSince(clickhouse: ClickHouse): ImpressionsSince {
  return async (environment, flag, treatment, since) => {
    const [row] = await clickhouse.query<Record<'last_treatment_ms' | 'last_other_ms' | 'units', string>>({
      sql: SINCE,
      params: { environment, flag, treatment, since },
      limits: { maxSeconds: 5, maxMemoryBytes: 500_000_000 },
    });
    const moment = (ms: string | undefined) => (Number(ms ?? 0) === 0 ? null : new Date(Number(ms)));
    return {
      last: moment(row?.last_treatment_ms),
      heard: moment(row?.last_other_ms),
      units: Number(row?.units ?? 0),
    };
  };
}
