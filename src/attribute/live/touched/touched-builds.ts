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
  readonly rows: string;
  readonly newest: string;
}

/** Rows of one kind. */
export interface RowsOfKind {
  readonly rows: number;
  /** When the last of them was received (ms). */
  readonly newest: number;
}

interface Tools {
  readonly clickhouse: ClickHouse;
  readonly limits: StatementLimits;
}

/** Some raw rows: `rows` is a condition. */
interface Among {
  readonly rows: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** What kinds of rows there are among some. */
export class KindsOfRows {
  readonly #kinds: ReadonlyMap<string, RowsOfKind>;

  constructor(kinds: ReadonlyMap<string, RowsOfKind>) {
    this.#kinds = kinds;
  }

  /** The number of all rows. */
  get all(): number {
    return this.#kinds.values().reduce((sum, { rows }) => sum + rows, 0);
  }

  /** The kinds that a build reads and there are any of. */
  of({ plan }: Pick<Build, 'plan'>): Map<string, RowsOfKind> {
    const { environment, unitType, flag, metrics } = plan;
    const keys = [
      keyOf(true, environment, unitType, flag),
      ...metrics.flatMap(({ definition }) =>
        eventsOf(definition).map((name) => keyOf(false, environment, unitType, name)),
      ),
    ];
    return new Map(
      keys.flatMap((key): [string, RowsOfKind][] => {
        const found = this.#kinds.get(key);
        return found === undefined ? [] : [[key, found]];
      }),
    );
  }
}

export async function kindsOfRows({ clickhouse, limits }: Tools, among: Among): Promise<KindsOfRows> {
  const kinds = await clickhouse.query<Kind>({
    sql: fill(KINDS_OF_ROWS, { rows: among.rows }),
    params: among.params,
    limits,
  });
  return new KindsOfRows(
    new Map(
      kinds.map((row) => [
        keyOf(row.is_impression === 1, row.environment, row.unit_type, row.kind),
        { rows: Number(row.rows), newest: Number(row.newest) },
      ]),
    ),
  );
}

/** The builds that some rows can touch: of their flags, or of their metrics' conversions. The others cost nothing. */
export async function touchedBuilds<B extends Build>(
  tools: Tools,
  builds: readonly B[],
  among: Among,
): Promise<B[]> {
  const kinds = await kindsOfRows(tools, among);
  return builds.filter((build) => kinds.of(build).size > 0);
}

function keyOf(isImpression: boolean, environment: string, unitType: string, kind: string): string {
  return JSON.stringify([isImpression, environment, unitType, kind]);
}
