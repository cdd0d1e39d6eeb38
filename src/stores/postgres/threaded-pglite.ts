import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PostgresQueryResult } from './postgres.port.ts';
import { parseLate } from './row-types.ts';
import type { Asked, Told } from './thread-messages.ts';

/** More would only make its collections rarer: it holds the rows of one statement. */
const YOUNG_GENERATION_MB = 8;

type Answer = Extract<Told, { kind: 'result' }>;

/**
 * PGlite in a thread of its own, so that nothing else waits while a statement runs: it is WebAssembly, and would have the
 * thread that serves requests for milliseconds at a time. One statement at a time.
 */
export class ThreadedPglite {
  readonly #thread: Worker;
  readonly #onNotification: (channel: string, payload: string) => void;
  #pending: PromiseWithResolvers<Answer | null> | null = null;
  #inTransaction = false;
  #ended = false;

  private constructor(thread: Worker, onNotification: (channel: string, payload: string) => void) {
    this.#thread = thread;
    this.#onNotification = onNotification;
    thread.on('message', (told: Told) => this.#hear(told));
    thread.on('error', (error) => this.#fail(error));
    thread.on('exit', (code) => this.#fail(new Error(`its thread ended with ${code}`)));
  }

  /** @throws an Error in the engine's own words where it does not open the directory. */
  static async open(
    directory: string,
    onNotification: (channel: string, payload: string) => void,
  ): Promise<ThreadedPglite> {
    const entry = new URL(`./pglite-thread${extname(import.meta.url)}`, import.meta.url);
    const thread = new Worker(entry, {
      workerData: { directory },
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const engine = new ThreadedPglite(thread, onNotification);
    try {
      await engine.#answer();
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    return engine;
  }

  /** Whether the statement before left a transaction open. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** The last of the text's statements is the answer. @throws the engine's own errors, without the parameters they carry */
  async run<Row>(text: string, params: readonly unknown[] = []): Promise<PostgresQueryResult<Row>> {
    const result = await this.#ask({ kind: 'statement', text, params });
    if (result === null) throw new Error('The embedded Postgres is closed');
    const { rows, fields, rowCount, command } = result;
    parseLate(rows, fields);
    return { rows: rows as Row[], rowCount, command };
  }

  /** Writes what is in memory and ends the thread. */
  async close(): Promise<void> {
    try {
      await this.#ask({ kind: 'close' });
    } finally {
      await this.#thread.terminate();
    }
  }

  /** Ends the thread as it is: what was committed is in its files. */
  async abandon(): Promise<void> {
    await this.#thread.terminate();
  }

  #ask(asked: Asked): Promise<Answer | null> {
    if (this.#ended) return Promise.reject(fault('its thread has ended'));
    const answer = this.#answer();
    this.#thread.postMessage(asked);
    return answer;
  }

  /** A process waits for an answer, and for nothing else here. */
  #answer(): Promise<Answer | null> {
    this.#thread.ref();
    this.#pending = Promise.withResolvers();
    return this.#pending.promise.finally(() => this.#thread.unref());
  }

  #hear(told: Told): void {
    if (told.kind === 'notification') {
      this.#onNotification(told.channel, told.payload);
      return;
    }
    const pending = this.#pending;
    this.#pending = null;
    if (told.kind === 'result' || told.kind === 'error') this.#inTransaction = told.inTransaction;
    if (told.kind === 'refused') pending?.reject(new Error(told.why));
    else if (told.kind === 'error')
      pending?.reject(Object.assign(new Error(String(told.error['message'])), told.error));
    else pending?.resolve(told.kind === 'result' ? told : null);
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#inTransaction = false;
    this.#pending?.reject(fault(error instanceof Error ? error.message : String(error)));
    this.#pending = null;
  }
}

/** As WebAssembly's own: whoever sees it asks no more. */
function fault(message: string): Error {
  return Object.assign(new Error(message), { name: 'RuntimeError' });
}
