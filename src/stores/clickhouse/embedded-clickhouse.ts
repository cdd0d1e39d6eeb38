import type { ChdbQueryStream, Session } from 'chdb';
import { AppError } from '../../errors.ts';
import type { ClickHouse, InsertBlock, Statement } from './clickhouse.port.ts';
import { toAppError } from './clickhouse-error.ts';
import { insertTarget } from './insert-target.ts';
import { parseRows } from './json-rows.ts';
import { Lane } from './lane.ts';
import type { SessionPool } from './session-pool.ts';
import { setClause } from './set-clause.ts';
import { settingsOfInsert, settingsOfStatement } from './statement-settings.ts';

/** How many statements of each kind run at once; the rest wait their turn. */
export interface Concurrency {
  readonly queries: number;
  readonly streams: number;
  readonly inserts: number;
  readonly commands: number;
}

/** What an open engine is used with. */
export interface EmbeddedClickHouseTuning {
  readonly concurrency?: Partial<Concurrency>;
  /** Longest wait for a turn, in seconds, before `unavailable`. */
  readonly maxWaitSeconds?: number;
  /** How long `close` lets statements finish, in seconds, before it has the engine cancel them. */
  readonly closeSeconds?: number;
  /** Told once of an insert that goes on for longer than `hangSeconds` beyond its limit: it will not end. */
  readonly onHang?: (error: AppError) => void;
  /** Default 60. */
  readonly hangSeconds?: number;
}

const defaultConcurrency: Concurrency = { queries: 4, streams: 4, inserts: 2, commands: 3 };

/** The engine in this process, given its first session (which keeps it up) and a pool that opens more. */
export class EmbeddedClickHouse implements ClickHouse {
  // Keeps the engine up between statements.
  readonly #anchor: Session;
  readonly #pool: SessionPool;
  readonly #queries: Lane;
  readonly #streams: Lane;
  readonly #inserts: Lane;
  readonly #commands: Lane;
  readonly #closeSeconds: number;
  readonly #onHang: (error: AppError) => void;
  readonly #hangSeconds: number;
  #closing: Promise<void> | undefined;

  constructor(anchor: Session, pool: SessionPool, options: EmbeddedClickHouseTuning) {
    const widths = { ...defaultConcurrency, ...options.concurrency };
    const maxWaitSeconds = options.maxWaitSeconds ?? 60;
    this.#anchor = anchor;
    this.#pool = pool;
    this.#queries = new Lane(widths.queries, maxWaitSeconds);
    this.#streams = new Lane(widths.streams, maxWaitSeconds);
    this.#inserts = new Lane(widths.inserts, maxWaitSeconds);
    this.#commands = new Lane(widths.commands, maxWaitSeconds);
    this.#closeSeconds = options.closeSeconds ?? 20;
    this.#onHang = options.onHang ?? (() => undefined);
    this.#hangSeconds = options.hangSeconds ?? 60;
  }

  async query<Row>(statement: Statement): Promise<Row[]> {
    const set = setClause(settingsOfStatement(statement), statement.params);
    return this.#queries.run(async () => {
      const pooled = this.#pool.take(set.signature);
      try {
        const result = await pooled.session.queryAsync(`${set.sql};\n${statement.sql}`, {
          format: 'JSONEachRow',
        });
        return parseRows<Row>(result.text());
      } catch (error) {
        throw toAppError(error, 'store-failed', statement.limits);
      } finally {
        this.#pool.giveBack(pooled);
      }
    });
  }

  async *stream<Row>(statement: Statement): AsyncGenerator<Row, void, undefined> {
    const set = setClause(settingsOfStatement(statement), statement.params);
    await this.#streams.enter();
    let session: Session | undefined;
    let stream: ChdbQueryStream | undefined;
    try {
      session = this.#pool.fresh();
      await session.queryAsync(set.sql);
      stream = session.queryStream(statement.sql, { format: 'JSONEachRow' });
      for await (const chunk of stream) yield* parseRows<Row>(chunk.text());
    } catch (error) {
      throw toAppError(error, 'store-failed', statement.limits);
    } finally {
      stream?.cancel();
      session?.close();
      this.#streams.leave();
    }
  }

  async insert(block: InsertBlock): Promise<void> {
    insertTarget(block);
    if (block.values.length === 0) return;
    return this.#inserts.run(async () => {
      // rawInsert writes its settings into the statement itself, so this session never carries any.
      const pooled = this.#pool.take('insert');
      const watch = setTimeout(() => this.#onHang(hangs(block)), this.#hangMs(block));
      try {
        await pooled.session.insert({
          table: block.table,
          columns: block.columns,
          values: block.values,
          format: 'JSONCompactEachRow',
          settings: { ...settingsOfInsert(block) },
        });
      } catch (error) {
        throw toAppError(error, 'store-failed', block.limits);
      } finally {
        clearTimeout(watch);
        this.#pool.giveBack(pooled);
      }
    });
  }

  #hangMs({ limits }: InsertBlock): number {
    return (limits.maxSeconds + this.#hangSeconds) * 1000;
  }

  async command(statement: Statement): Promise<void> {
    const set = setClause(settingsOfStatement(statement), statement.params);
    return this.#commands.run(async () => {
      // Never used again: a command could be a SET or a temporary table.
      const session = this.#pool.fresh();
      try {
        await session.queryAsync(`${set.sql};\n${statement.sql}`);
      } catch (error) {
        throw toAppError(error, 'store-failed', statement.limits);
      } finally {
        session.close();
      }
    });
  }

  async ping(): Promise<void> {
    await this.query({ sql: 'SELECT 1', limits: { maxSeconds: 5, maxMemoryBytes: 100_000_000 } });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const lanes = [this.#queries, this.#streams, this.#inserts, this.#commands];
    const idle = Promise.all(lanes.map((lane) => lane.close()));
    if (!(await settlesWithin(idle, this.#closeSeconds)) && !(await this.#cancelled(idle)))
      throw this.#notIdle();
    this.#pool.close();
    this.#anchor.close();
  }

  /** Cancels again and again: a statement is made of several, and the next of them may begin after the one that was cancelled. */
  async #cancelled(idle: Promise<unknown>): Promise<boolean> {
    const until = performance.now() + this.#closeSeconds * 1000;
    while (performance.now() < until) {
      await this.#anchor
        .queryAsync("KILL QUERY WHERE query NOT LIKE 'KILL QUERY%' ASYNC")
        .catch(() => undefined);
      if (await settlesWithin(idle, Math.min(1, this.#closeSeconds))) return true;
    }
    return false;
  }

  #notIdle(): AppError {
    const lanes = {
      queries: this.#queries,
      streams: this.#streams,
      inserts: this.#inserts,
      commands: this.#commands,
    };
    const left = Object.entries(lanes).flatMap(([kind, { running }]) =>
      running > 0 ? [`${running} ${kind}`] : [],
    );
    return new AppError(
      'unavailable',
      `ClickHouse could not be closed: ${left.join(', ')} went on for ${this.#closeSeconds} s after they were cancelled; end the process, nothing acknowledged is lost.`,
    );
  }
}

/**
 * Seen twice while the whole suite ran (chdb 3.4.0), never alone: cancelling changed nothing, and other statements went on.
 * It is not given up and made again, because nobody could say that it does not land later.
 */
function hangs({ table, limits }: InsertBlock): AppError {
  return new AppError(
    'unavailable',
    `An insert into ${table} goes on in the embedded ClickHouse long after its limit of ${limits.maxSeconds} s and cannot be ended; start the process again, nothing acknowledged is lost.`,
  );
}

async function settlesWithin(work: Promise<unknown>, seconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
