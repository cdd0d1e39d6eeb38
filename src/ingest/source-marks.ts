import type { Postgres } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const sql = (file: string) => loadSql(new URL(file, import.meta.url));
const REGISTER = sql('./register-source.sql');
const MARK = sql('./mark-source.sql');
const CLOSE_OTHERS = sql('./close-other-sources.sql');
const FURTHEST = sql('./furthest-mark.sql');
const RECEIVED_THROUGH = sql('./received-through.sql');

/** A source whose last heartbeat is older is dead. */
export const DEAD_AFTER_SECONDS = 30;

export interface Mark {
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly receivedThrough: number;
}

/** What processes tell each other, through Postgres, of how far their sources have come. */
export class SourceMarks {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /**
   * Makes a source known and returns the floor for its stamps: the furthest mark, read *after* the source can be seen.
   * Whoever computed a watermark before that got no further; whoever computes one later is held back by the source.
   */
  async register(source: string, { sole }: { readonly sole: boolean }): Promise<number> {
    await this.#postgres.query(REGISTER, [source]);
    if (sole) await this.#postgres.query(CLOSE_OTHERS, [source]);
    return this.furthest();
  }

  /** The receipt time that no watermark given out so far exceeds; 0 where there is no source. */
  async furthest(): Promise<number> {
    const [row] = await this.#postgres.query<{ received_through: Date | null }>(FURTHEST);
    return row?.received_through?.getTime() ?? 0;
  }

  async record(source: string, mark: Mark, { closed }: { readonly closed: boolean }): Promise<void> {
    const through = new Date(mark.receivedThrough).toISOString();
    const known = await this.#postgres.query(MARK, [source, mark.sequence, through, closed]);
    if (known.length === 0) await this.#postgres.query(REGISTER, [source]);
  }

  /** Up to where all live sources but `except` have come (null: none lives), and the furthest that any ever got. */
  async receivedThrough(except: string | null): Promise<{ live: number | null; furthest: number | null }> {
    const [row] = await this.#postgres.query<{ live: Date | null; furthest: Date | null }>(RECEIVED_THROUGH, [
      except,
      DEAD_AFTER_SECONDS,
    ]);
    return { live: row?.live?.getTime() ?? null, furthest: row?.furthest?.getTime() ?? null };
  }
}

/**
 * `dataThrough` for a process that collects nothing itself: all rows received up to it are in the raw tables, for ever.
 * Where no source lives it is as far as any got; null where there never was one.
 */
export async function readDataThrough(postgres: Postgres): Promise<Date | null> {
  const { live, furthest } = await new SourceMarks(postgres).receivedThrough(null);
  const through = live ?? furthest;
  return through === null ? null : new Date(through);
}
