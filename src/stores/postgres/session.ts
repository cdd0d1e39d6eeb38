import type { PostgresQueryResult } from './postgres.port.ts';
import type { ThreadedPglite } from './threaded-pglite.ts';
import { outsideItsTransaction, transactionScope } from './transaction-scope.ts';

/** Somebody who runs statements: a client, or a pool for one statement. */
export interface Owner {
  readonly searchPath: string;
  /** A transaction that it leaves open is rolled back at once, because nobody could end it. */
  readonly oneStatement: boolean;
}

interface Waiting {
  readonly owner: Owner;
  readonly run: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** Longer than any statement here takes: whoever waits this long waits for a transaction that will not end. */
const MAX_WAIT_MS = 60_000;
const CLOSE_WAIT_MS = 10_000;

/**
 * PGlite has one session; this shares it. Statements run one at a time in the order they came; while an owner's
 * transaction is open only that owner's statements run. Each owner finds its own search path.
 */
export class Session {
  readonly #db: ThreadedPglite;
  readonly #waiting: Waiting[] = [];
  #running = false;
  #transactionOf: Owner | null = null;
  /** What the session's search path is known to be; null when a statement may have changed it. */
  #searchPath: string | null = null;
  #closed = false;
  /** The engine stopped at a fault of its own; its memory can no longer be trusted, what it wrote can. */
  #broken = false;

  constructor(db: ThreadedPglite) {
    this.#db = db;
  }

  /** The engine's own errors come through as they are (`code` is the SQLSTATE), without the parameters they carry. */
  query<Row>(
    owner: Owner,
    text: string,
    params: readonly unknown[] | undefined,
  ): Promise<PostgresQueryResult<Row>> {
    const blocked = this.#wouldWaitForItself(owner);
    if (blocked !== null) return Promise.reject(blocked);
    return this.#enqueue(owner, async () => {
      await this.#usePathOf(owner);
      try {
        return await this.#execute<Row>(text, params);
      } finally {
        if (/search_path/i.test(text)) this.#searchPath = null;
        if (owner.oneStatement && this.#isInTransaction()) await this.#db.run('ROLLBACK');
      }
    });
  }

  /** Rolls back what the owner left open; nothing otherwise. */
  async abandon(owner: Owner): Promise<void> {
    await this.#enqueue(owner, async () => {
      if (this.#isInTransaction()) await this.#db.run('ROLLBACK');
    });
  }

  /** Waits for what was asked before, then closes the engine; what comes later is refused. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const last = this.#enqueue(
      { searchPath: 'public', oneStatement: true },
      async () => undefined,
      CLOSE_WAIT_MS,
    );
    this.#closed = true;
    // A transaction that nobody ends must not keep the process alive: it was not committed, so nothing is lost.
    await last.catch(() => undefined);
    // Closing writes what is in memory; after a fault the write-ahead log alone is to be trusted.
    await (this.#broken ? this.#db.abandon() : this.#db.close());
  }

  #enqueue<T>(owner: Owner, work: () => Promise<T>, maxWaitMs = MAX_WAIT_MS): Promise<T> {
    if (this.#broken) return Promise.reject(new Error(STOPPED));
    if (this.#closed && this.#transactionOf !== owner)
      return Promise.reject(new Error('The embedded Postgres is closed'));
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { owner, refuse: reject, run: () => work().then(resolve, reject) };
      this.#waiting.push(waiting);
      this.#next();
      if (this.#waiting.includes(waiting)) this.#limitWait(waiting, maxWaitMs);
    });
  }

  #next(): void {
    if (this.#running) return;
    const open = this.#transactionOf;
    const index = open === null ? 0 : this.#waiting.findIndex((waiting) => waiting.owner === open);
    const [turn] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (turn === undefined) return;
    this.#running = true;
    void turn.run().finally(() => {
      this.#running = false;
      this.#transactionOf = this.#isInTransaction() ? turn.owner : null;
      this.#next();
    });
  }

  #isInTransaction(): boolean {
    return !this.#broken && this.#db.inTransaction;
  }

  #limitWait(waiting: Waiting, maxWaitMs: number): void {
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(waiting);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiting.refuse(Object.assign(new Error('Waited too long for another transaction'), { code: '55P03' }));
    }, maxWaitMs);
    timer.unref();
  }

  #stopAt(fault: unknown): Error {
    this.#broken = true;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(new Error(STOPPED));
    return new Error(STOPPED, { cause: fault });
  }

  #wouldWaitForItself(owner: Owner): Error | null {
    const scope = transactionScope.getStore();
    if (scope?.open !== true || scope.client === owner) return null;
    return this.#transactionOf === scope.client ? outsideItsTransaction() : null;
  }

  async #usePathOf(owner: Owner): Promise<void> {
    if (this.#searchPath === owner.searchPath || this.#transactionOf !== null) return;
    await this.#db.run(`SET search_path TO ${owner.searchPath}`);
    this.#searchPath = owner.searchPath;
  }

  async #execute<Row>(
    text: string,
    params: readonly unknown[] | undefined,
  ): Promise<PostgresQueryResult<Row>> {
    try {
      return await this.#db.run<Row>(text, params);
    } catch (error) {
      throw isFault(error) ? this.#stopAt(error) : error;
    }
  }
}

/** `is closed` makes it `unavailable`. */
const STOPPED = 'The embedded Postgres is closed after a fault: start the service again';

/** A server's process would end at these, for instance when the disk is full; PGlite carries on in a broken state. */
function isFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const severity = 'severity' in error ? error.severity : '';
  return severity === 'PANIC' || severity === 'FATAL' || error.name === 'RuntimeError';
}
