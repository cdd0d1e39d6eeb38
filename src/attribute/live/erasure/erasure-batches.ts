import type { PostgresRunner } from '../../../stores/postgres/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';
import { lostLease } from '../shard/index.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const OLDEST = sql('oldest-erasure');
const TAKE = sql('take-erasures');
const UNITS = sql('units-of-batch');
const FINISH = sql('finish-erasures');

/** A unit that is to be forgotten. */
export interface ErasedUnit {
  readonly type: string;
  readonly id: string;
  /** SHA-256 of the type, a NUL and the id, in hex. */
  readonly hash: string;
}

/** The erasures that were asked for, in Postgres, as whoever attributes sees them: in batches. Times in ms. */
export class ErasureBatches {
  readonly #postgres: PostgresRunner;

  constructor(postgres: PostgresRunner) {
    this.#postgres = postgres;
  }

  /** When the one was asked for that waits longest; null where none waits. */
  async oldest(): Promise<number | null> {
    const [row] = await this.#postgres.query<{ asked_at: number | null }>(OLDEST);
    return row?.asked_at ?? null;
  }

  /**
   * Freezes the erasures asked for up to `askedUntil`, at most so many, as what is under way; the number of it, or null
   * where there are none or the live builds are not where they were left.
   */
  async take(
    fence: number,
    { through, askedUntil, most }: Record<'through' | 'askedUntil' | 'most', number>,
  ): Promise<number | null> {
    const [row] = await this.#postgres.query<{ cycle: string }>(TAKE, [fence, through, askedUntil, most]);
    return row === undefined ? null : Number(row.cycle);
  }

  async units(cycle: number): Promise<ErasedUnit[]> {
    const rows = await this.#postgres.query<{ unit_type: string; unit_id: string; unit_hash: string }>(
      UNITS,
      [cycle],
    );
    return rows.map((row) => ({ type: row.unit_type, id: row.unit_id, hash: row.unit_hash }));
  }

  /** All of it is gone, and so are the ids. @throws AppError `conflict` where another attributes. */
  async finish(fence: number, cycle: number): Promise<void> {
    if ((await this.#postgres.query(FINISH, [fence, cycle])).length === 0) throw lostLease();
  }
}
