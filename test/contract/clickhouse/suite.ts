import { AppError } from '../../../src/errors.ts';
import type { ClickHouse, Statement, StatementLimits } from '../../../src/stores/clickhouse/index.ts';

/** A ClickHouse whose engine runs in a process of its own, to be killed. */
export interface KillableClickHouse {
  readonly clickhouse: ClickHouse;
  /** kill -9 of the engine's process; statements under way fail. */
  kill(): Promise<void>;
  /** The same data again, in a new process. */
  revive(): Promise<ClickHouse>;
  stop(): Promise<void>;
}

/** What an adapter's test brings. */
export interface ClickHouseHarness {
  /** On data of the suite's own; again after `close`, with everything still there. */
  open(): Promise<ClickHouse>;
  openKillable(): Promise<KillableClickHouse>;
  cleanUp(): Promise<void>;
}

export const limits: StatementLimits = { maxSeconds: 30, maxMemoryBytes: 1_000_000_000 };

/** Takes minutes. */
export const slowSum = 'SELECT sum(sipHash64(number)) AS s FROM numbers(100000000000)';

/** The adapter under test, and what its cases say again and again. */
export class Suite {
  readonly #harness: ClickHouseHarness;
  #clickhouse: ClickHouse | undefined;
  #tables = 0;

  constructor(harness: ClickHouseHarness) {
    this.#harness = harness;
  }

  get clickhouse(): ClickHouse {
    if (this.#clickhouse === undefined) throw new Error('the suite has not been opened');
    return this.#clickhouse;
  }

  async reopen(): Promise<void> {
    this.#clickhouse = await this.#harness.open();
  }

  async end(): Promise<void> {
    await this.#clickhouse?.close();
    await this.#harness.cleanUp();
  }

  openKillable(): Promise<KillableClickHouse> {
    return this.#harness.openKillable();
  }

  query<Row>(sql: string, rest: Partial<Statement> = {}): Promise<Row[]> {
    return this.clickhouse.query<Row>({ sql, limits, ...rest });
  }

  /** A new table of its own for every case. */
  async table(columns = 'a UInt64'): Promise<string> {
    this.#tables += 1;
    const name = `contract_${this.#tables}`;
    await this.clickhouse.command({
      sql: `CREATE TABLE ${name} (${columns}) ENGINE = MergeTree ORDER BY tuple()
            SETTINGS non_replicated_deduplication_window = 1000 -- of this table`,
      limits,
    });
    return name;
  }

  insert(table: string, values: string, token: string | null): Promise<void> {
    return this.clickhouse.insert({ table, columns: ['a'], values: Buffer.from(values), token, limits });
  }

  async count(table: string): Promise<number> {
    const [row] = await this.query<{ n: string }>(`SELECT count() AS n FROM ${table}`);
    return Number(row?.n);
  }
}

/** The AppError that the work ends with; anything else is thrown on. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => new Error('it was expected to fail'),
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw outcome;
}

export async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
