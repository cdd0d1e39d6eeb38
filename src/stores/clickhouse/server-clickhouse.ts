import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouse, InsertBlock, Statement } from './clickhouse.port.ts';
import { toAppError } from './clickhouse-error.ts';
import { insertTarget } from './insert-target.ts';
import { parseRow } from './json-rows.ts';
import { Lane } from './lane.ts';
import { withDatesAsText } from './parameter-text.ts';
import { checkNames } from './set-clause.ts';
import { settingsOfInsert, settingsOfStatement } from './statement-settings.ts';

export interface ServerClickHouseOptions {
  /** `http(s)://[user[:password]@]host:port[/database]`. */
  readonly url: string;
  /** Requests at once; the rest wait their turn. */
  readonly maxConnections?: number;
  /** Longest wait for a turn, in seconds, before `unavailable`. */
  readonly maxWaitSeconds?: number;
}

// The server stops a statement at its limit and says so; only a server that says nothing is given up on.
const GRACE_SECONDS = 15;
const DAY_MS = 24 * 3600 * 1000;

/** A ClickHouse server or cluster over HTTP. Connects when first used: see `ping`. */
export function openServerClickHouse(options: ServerClickHouseOptions): ClickHouse {
  const maxConnections = options.maxConnections ?? 20;
  const client = createClient({
    url: options.url,
    max_open_connections: maxConnections,
    // Statements bring their own ends.
    request_timeout: DAY_MS,
    compression: { response: true, request: false },
    keep_alive: { enabled: true, eagerly_destroy_stale_sockets: true },
    // Every failure is thrown to the caller, who logs it.
    log: { level: ClickHouseLogLevel.OFF },
  });
  return new ServerClickHouse(client, new Lane(maxConnections, options.maxWaitSeconds ?? 60));
}

class ServerClickHouse implements ClickHouse {
  readonly #client: ClickHouseClient;
  readonly #requests: Lane;
  #closing: Promise<void> | undefined;

  constructor(client: ClickHouseClient, requests: Lane) {
    this.#client = client;
    this.#requests = requests;
  }

  async query<Row>(statement: Statement): Promise<Row[]> {
    return this.#run(statement, async (abort_signal) => {
      const result = await this.#client.query({ ...request(statement), format: 'JSONEachRow', abort_signal });
      const rows: Row[] = [];
      for await (const batch of result.stream()) for (const row of batch) rows.push(parseRow<Row>(row.text));
      return rows;
    });
  }

  async *stream<Row>(statement: Statement): AsyncGenerator<Row, void, undefined> {
    await this.#requests.enter();
    const patience = new Patience(statement.limits.maxSeconds + GRACE_SECONDS);
    let close: (() => void) | undefined;
    try {
      const result = await patience.of(
        this.#client.query({ ...request(statement), format: 'JSONEachRow', abort_signal: patience.signal }),
      );
      close = () => result.close();
      const batches = result.stream()[Symbol.asyncIterator]();
      for (;;) {
        const batch = await patience.of(batches.next());
        if (batch.done === true) break;
        for (const row of batch.value) yield parseRow<Row>(row.text);
      }
    } catch (error) {
      throw toAppError(error, 'unavailable', statement.limits);
    } finally {
      close?.();
      this.#requests.leave();
    }
  }

  async insert(block: InsertBlock): Promise<void> {
    if (block.values.length === 0) return;
    const query = `INSERT INTO ${insertTarget(block)} FORMAT JSONCompactEachRow`;
    await this.#run(block, async (abort_signal) => {
      // `exec` and not `insert`, which would parse and encode the rows again.
      const { stream } = await this.#client.exec({
        query,
        values: Readable.from([block.values], { objectMode: false }),
        clickhouse_settings: { ...settingsOfInsert(block) },
        abort_signal,
      });
      for await (const _ of stream) {
        // An insert has no result; its connection is free again once the answer has been read.
      }
    });
  }

  async command(statement: Statement): Promise<void> {
    await this.#run(statement, (abort_signal) =>
      this.#client.command({ ...request(statement), abort_signal }),
    );
  }

  async ping(): Promise<void> {
    await this.query({ sql: 'SELECT 1', limits: { maxSeconds: 5, maxMemoryBytes: 100_000_000 } });
  }

  close(): Promise<void> {
    this.#closing ??= this.#requests.close().then(() => this.#client.close());
    return this.#closing;
  }

  async #run<T>(
    { limits }: Pick<Statement, 'limits'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#requests.run(async () => {
      const patience = new Patience(limits.maxSeconds + GRACE_SECONDS);
      try {
        return await patience.of(work(patience.signal));
      } catch (error) {
        throw toAppError(error, 'unavailable', limits);
      }
    });
  }
}

function request(statement: Statement) {
  checkNames(statement.settings ?? {}, statement.params);
  const params = Object.entries(statement.params ?? {});
  return {
    query: statement.sql,
    query_params: Object.fromEntries(params.map(([name, value]) => [name, withDatesAsText(value)])),
    clickhouse_settings: { ...settingsOfStatement(statement) },
  };
}

/** Aborts when one answer takes longer than so many seconds; time that the caller takes between answers is its own. */
class Patience {
  readonly #seconds: number;
  readonly #controller = new AbortController();

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async of<T>(answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#controller.abort(), this.#seconds * 1000);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
