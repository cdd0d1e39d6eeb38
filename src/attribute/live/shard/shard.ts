import { AppError } from '../../../errors.ts';
import type { PostgresRunner } from '../../../stores/postgres/index.ts';
import { loadSql } from '../../../stores/sql-file.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const ACQUIRE = sql('acquire-lease');
const RENEW = sql('renew-lease');
const RELEASE = sql('release-lease');
const READ = sql('read-shard');
const INTEND = sql('intend-cycle');
const FINISH = sql('finish-cycle');
const NUMBER = sql('number-cycle');
const PASS_OVER = sql('pass-over');

/** How far the live builds have come. Receipt times in ms. */
export interface ShardState {
  /** Of whoever attributes. */
  readonly fence: number;
  /** All live builds have exactly what was received up to here. */
  readonly through: number;
  /** The cycle that was begun and is not finished. */
  readonly under: Intent | null;
}

/** What is under way. */
export interface Intent {
  readonly cycle: number;
  /** Up to where the live builds will have come with it. */
  readonly through: number;
  /** No rows are added: units are taken away. */
  readonly erases: boolean;
}

interface Row {
  readonly fence: string | number;
  readonly through: string | number;
  readonly next_cycle: string | number | null;
  readonly next_through: string | number | null;
}

/** The row in Postgres that attributors agree by. Whoever has lost the lease is told so by a `conflict`. */
export class Shard {
  readonly #postgres: PostgresRunner;

  constructor(postgres: PostgresRunner) {
    this.#postgres = postgres;
  }

  /** The fence of this holder, or null where another has the lease; where nobody else can be, that one is dead. */
  async acquire(holder: string, lastsMs: number, sole: boolean): Promise<number | null> {
    const [row] = await this.#postgres.query<{ fence: string }>(ACQUIRE, [holder, lastsMs, sole]);
    return row === undefined ? null : Number(row.fence);
  }

  /** Also where the lease has run out, as long as nobody has taken it. */
  async renew(fence: number, lastsMs: number): Promise<void> {
    await this.#own(RENEW, [fence, lastsMs]);
  }

  async release(fence: number): Promise<void> {
    await this.#postgres.query(RELEASE, [fence]);
  }

  async read(): Promise<ShardState> {
    const [row] = await this.#postgres.query<Row>(READ);
    if (row === undefined) throw new AppError('internal', 'The row of attribution is gone; migrate again.');
    const through = Number(row.through);
    const next = Number(row.next_through);
    return {
      ...{ fence: Number(row.fence), through },
      under:
        row.next_cycle === null
          ? null
          : { cycle: Number(row.next_cycle), through: next, erases: next === through },
    };
  }

  /** Begins a cycle; gives its number. */
  async intend(fence: number, through: number): Promise<number> {
    return this.#own<{ next_cycle: string }>(INTEND, [fence, through]).then((row) => Number(row.next_cycle));
  }

  async finish(fence: number, cycle: number): Promise<void> {
    await this.#own(FINISH, [fence, cycle]);
  }

  /** A number for what is written beside the cycles. */
  async number(fence: number): Promise<number> {
    return this.#own<{ last_cycle: string }>(NUMBER, [fence]).then((row) => Number(row.last_cycle));
  }

  /** Where nothing was received that touches a live build. */
  async passOver(fence: number, through: number): Promise<void> {
    await this.#own(PASS_OVER, [fence, through]);
  }

  async #own<R>(text: string, params: readonly unknown[]): Promise<R> {
    const [row] = await this.#postgres.query<R>(text, params);
    if (row === undefined) throw lostLease();
    return row;
  }
}

export function lostLease(): AppError {
  return new AppError('conflict', 'Another process attributes now; this one writes no more.');
}
