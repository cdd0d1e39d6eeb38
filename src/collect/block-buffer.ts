import type { BlockRows } from '../ingest/index.ts';

export interface BlockBufferLimits {
  /** How long rows wait at least for others to share their block with. */
  readonly lingerMs: number;
  /**
   * How long at most: they wait `LINGER_WRITES` times as long as the last block took to write. An insert's cost is that of
   * one of its parts and of merging it, hardly of its rows: where the machine is busy, fewer of them leave more for all else.
   */
  readonly mostLingerMs: number;
  /** So many waiting rows go at once when nothing is being written. */
  readonly eagerRows: number;
  /** A block with so many rows or bytes takes no more. */
  readonly blockRows: number;
  readonly blockBytes: number;
  /** Blocks being written at the same time. */
  readonly writers: number;
}

export const BLOCK_BUFFER_LIMITS: BlockBufferLimits = {
  lingerMs: 50,
  mostLingerMs: 250,
  eagerRows: 4000,
  blockRows: 50_000,
  blockBytes: 16 * 1024 * 1024,
  writers: 2,
};

const LINGER_WRITES = 8;

export interface BlockBufferOptions {
  readonly write: (rows: BlockRows) => Promise<unknown>;
  /** Told of a block that could not be written, before anybody else can see that it is over. */
  readonly failed: (block: number) => void;
  readonly limits: BlockBufferLimits;
}

interface OpenBlock {
  readonly number: number;
  readonly rows: { impressions: string[]; conversions: string[]; deadLetters: string[] };
  rowCount: number;
  bytes: number;
  /** On the monotonic clock; when its first rows came. */
  since: number;
  readonly written: PromiseWithResolvers<void>;
}

/** Rows of one request, and what they weigh. */
export interface Chunk {
  readonly rows: BlockRows;
  readonly bytes: number;
}

/** The number of rows of all kinds. */
export function countRows(rows: BlockRows): number {
  return rows.impressions.length + rows.conversions.length + rows.deadLetters.length;
}

/**
 * Gathers the rows of concurrent requests into blocks: few large inserts instead of many small ones. A lone request's
 * rows go at once, those that come while a block is being written share the next one, and none waits longer than
 * `mostLingerMs` for a writer that is free.
 */
export class BlockBuffer {
  readonly #write: (rows: BlockRows) => Promise<unknown>;
  readonly #failed: (block: number) => void;
  readonly #limits: BlockBufferLimits;
  readonly #pending = new Map<number, Promise<void>>();
  readonly #queue: OpenBlock[] = [];
  #open: OpenBlock;
  #number = 0;
  #writing = 0;
  #rows = 0;
  #bytes = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;
  #failing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ write, failed, limits }: BlockBufferOptions) {
    this.#write = write;
    this.#failed = failed;
    this.#limits = limits;
    this.#open = this.#next();
  }

  /** Rows that are not durable yet, and their bytes. */
  get load(): { readonly rows: number; readonly bytes: number } {
    return { rows: this.#rows, bytes: this.#bytes };
  }

  /** Whether the last block could not be written: what is full then will not empty by itself. */
  get failing(): boolean {
    return this.#failing;
  }

  /** The number of the block that the next chunk becomes part of, from 1. */
  get openBlock(): number {
    return this.#open.number;
  }

  /** Resolves once that block is durable, rejects if it could not be written; undefined where that is past. */
  written(block: number): Promise<void> | undefined {
    return this.#pending.get(block);
  }

  /** Adds rows to the open block; resolves once it is durable. */
  add({ rows, bytes }: Chunk): Promise<void> {
    const block = this.#open;
    if (block.rowCount === 0) {
      block.since = performance.now();
      this.#pending.set(block.number, block.written.promise);
    }
    for (const row of rows.impressions) block.rows.impressions.push(row);
    for (const row of rows.conversions) block.rows.conversions.push(row);
    for (const row of rows.deadLetters) block.rows.deadLetters.push(row);
    const count = countRows(rows);
    block.rowCount += count;
    block.bytes += bytes;
    this.#rows += count;
    this.#bytes += bytes;
    if (block.rowCount >= this.#limits.blockRows || block.bytes >= this.#limits.blockBytes) this.#seal();
    this.#advance();
    return block.written.promise;
  }

  /** Writes what waits and resolves when nothing is under way any more, however that ended. */
  async drain(): Promise<void> {
    if (this.#open.rowCount > 0) this.#seal();
    this.#advance();
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending.values()]);
  }

  #next(): OpenBlock {
    this.#number += 1;
    const written = Promise.withResolvers<void>();
    // Whoever waits hears of a failure; a block for which nobody waits any more must not end the process.
    written.promise.catch(() => undefined);
    const rows = { impressions: [], conversions: [], deadLetters: [] };
    return { number: this.#number, rows, rowCount: 0, bytes: 0, since: 0, written };
  }

  #seal(): void {
    this.#queue.push(this.#open);
    this.#open = this.#next();
  }

  #advance(): void {
    while (this.#queue.length > 0 && this.#writing < this.#limits.writers) this.#start(this.#queue.shift());
    if (this.#open.rowCount === 0 || this.#writing >= this.#limits.writers) return;
    const waitMs = this.#waitMs();
    clearTimeout(this.#timer);
    if (waitMs <= 0) {
      this.#seal();
      this.#start(this.#queue.shift());
    } else {
      this.#timer = setTimeout(() => this.#advance(), Math.ceil(waitMs));
    }
  }

  /** How long the open block still waits for more rows. */
  #waitMs(): number {
    const { eagerRows } = this.#limits;
    const lingerMs = this.#lingerMs();
    const now = performance.now();
    const own = this.#open.since + lingerMs - now;
    if (this.#writing > 0) return own;
    if (this.#open.rowCount >= eagerRows) return 0;
    // A lone producer's small blocks follow each other at this pace, so that their parts can be merged.
    return Math.min(own, this.#startedAt + lingerMs - now);
  }

  #lingerMs(): number {
    const { lingerMs, mostLingerMs } = this.#limits;
    return Math.max(lingerMs, Math.min(mostLingerMs, LINGER_WRITES * this.#tookMs));
  }

  #start(block: OpenBlock | undefined): void {
    if (block === undefined) return;
    this.#writing += 1;
    this.#startedAt = performance.now();
    void this.#finish(block, this.#startedAt);
  }

  async #finish(block: OpenBlock, startedAt: number): Promise<void> {
    try {
      await this.#write(block.rows);
      this.#failing = false;
      this.#tookMs = performance.now() - startedAt;
      this.#settle(block);
      block.written.resolve();
    } catch (error) {
      this.#failing = true;
      this.#failed(block.number);
      this.#settle(block);
      block.written.reject(error);
    }
    this.#advance();
  }

  #settle(block: OpenBlock): void {
    this.#writing -= 1;
    this.#rows -= block.rowCount;
    this.#bytes -= block.bytes;
    this.#pending.delete(block.number);
  }
}
