import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';

const ACQUIRE = loadSql(new URL('./acquire-lease.sql', import.meta.url));
const RENEW = loadSql(new URL('./renew-lease.sql', import.meta.url));
const RELEASE = loadSql(new URL('./release-lease.sql', import.meta.url));

export interface LeaseOptions {
  readonly postgres: PostgresRunner;
  readonly name: string;
  readonly holder: string;
  /** No other process can have these stores open: whoever holds it is dead. */
  readonly sole: boolean;
  /** How long it lasts without being renewed, in milliseconds. */
  readonly lastsMs: number;
  /** What is begun under it is over within so many milliseconds. */
  readonly keptBackMs: number;
  /** A monotonic clock in milliseconds. */
  readonly elapsed: () => number;
}

/** The right of one process at a time to do a work. */
export class Lease {
  readonly #options: LeaseOptions;
  #fence: number | null = null;
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether this process may begin something now; asks Postgres where the lease was not renewed lately. */
  async hold(): Promise<boolean> {
    const { lastsMs, elapsed } = this.#options;
    if (this.#fence !== null && elapsed() < this.#until - lastsMs / 3) return true;
    return this.confirm();
  }

  /** The same, and Postgres is always asked. */
  async confirm(): Promise<boolean> {
    const { postgres, name, holder, sole, lastsMs, keptBackMs, elapsed } = this.#options;
    const startedAt = elapsed();
    const [row] =
      this.#fence === null
        ? await postgres.query<{ fence: string | number }>(ACQUIRE, [name, holder, lastsMs, sole])
        : await postgres.query<{ fence: string | number }>(RENEW, [name, this.#fence, lastsMs]);
    this.#fence = row === undefined ? null : Number(row.fence);
    this.#until = startedAt + lastsMs - keptBackMs;
    return this.#fence !== null && elapsed() < this.#until;
  }

  async release(): Promise<void> {
    const fence = this.#fence;
    this.#fence = null;
    if (fence !== null) await this.#options.postgres.query(RELEASE, [this.#options.name, fence]);
  }
}
