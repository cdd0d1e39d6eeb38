import { setTimeout as timeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AppError } from '../errors.ts';
import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { type BlockRows, type SealedInsert, sealBlock } from './block.ts';
import { createIngestMetrics, type IngestMetrics } from './ingest-metrics.ts';
import { insertWithRetry } from './insert-with-retry.ts';
import { Lease } from './lease.ts';
import { ReceiptClock, type Stamp } from './receipt-clock.ts';
import { SourceMarks } from './source-marks.ts';

const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 1_000_000_000 };
/** How long an insert of which nothing was heard may still be at work in a server. */
const OUTLIVES_MS = LIMITS.maxSeconds * 1000 + 2000;

export interface IngestOptions {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Names this process's run: `direct:<collector id>`, never used by another run. */
  readonly source: string;
  /** Whether the stores are such that no other process can have them open. */
  readonly sole: boolean;
  /** How often the marks are written; null: only when `mark` is called. */
  readonly markEveryMs?: number | null;
  readonly retryPausesMs?: readonly number[];
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed?: () => number;
  readonly pause?: Pause;
}

/** Resolves after so many milliseconds; one that is not `ref` does not keep the process alive. */
export type Pause = (ms: number, options?: { readonly ref: boolean }) => Promise<void>;

/**
 * Writes blocks of encoded rows into the raw tables, each exactly once, and knows the watermark: up to which receipt
 * time everything is there.
 */
export class Ingest {
  readonly #clickhouse: ClickHouse;
  readonly #logger: Logger;
  readonly #metrics: IngestMetrics;
  readonly #source: string;
  readonly #sole: boolean;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #pause: Pause;
  readonly #pausesMs: readonly number[];
  readonly #marks: SourceMarks;
  readonly #clock: ReceiptClock;
  readonly #lease: Lease;
  readonly #writing = new Set<Promise<unknown>>();
  #marked = 0;
  #timer: NodeJS.Timeout | undefined;
  #marking: Promise<number> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(options: IngestOptions, marks: SourceMarks, lease: Lease, floor: number) {
    this.#clickhouse = options.clickhouse;
    this.#logger = options.logger;
    this.#metrics = createIngestMetrics(options.registry);
    this.#source = options.source;
    this.#sole = options.sole;
    this.#now = options.now ?? Date.now;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#pause = options.pause ?? ((ms, { ref } = { ref: true }) => timeout(ms, undefined, { ref }));
    this.#pausesMs = options.retryPausesMs ?? [100, 300, 900, 2000];
    this.#marks = marks;
    this.#lease = lease;
    this.#clock = new ReceiptClock(floor);
  }

  /** Registers the source, so that other processes wait for its rows, and begins to write its marks. */
  static async open(options: IngestOptions): Promise<Ingest> {
    const elapsed = options.elapsed ?? (() => performance.now());
    const marks = new SourceMarks(options.postgres);
    const lease = new Lease({ sole: options.sole, elapsed });
    const startedAt = elapsed();
    const floor = await marks.register(options.source, { sole: options.sole });
    lease.renew(startedAt);
    const ingest = new Ingest(options, marks, lease, floor);
    const everyMs = options.markEveryMs === undefined ? 1000 : options.markEveryMs;
    if (everyMs !== null) ingest.#markEvery(everyMs);
    return ingest;
  }

  /**
   * Stamps and writes a block; durable in every table when it resolves. @throws AppError `unavailable` where it could
   * not be written: some of its rows may be there all the same, so the same events may only be sent with the same ids.
   */
  async write(rows: BlockRows): Promise<Stamp> {
    if (this.#closed !== undefined) throw unavailable(undefined);
    this.#lease.permit(this.#lease.term);
    const written = this.#write(rows, this.#clock.stamp(this.#now()), this.#lease.term);
    this.#writing.add(written);
    try {
      return await written;
    } finally {
      this.#writing.delete(written);
    }
  }

  async #write(rows: BlockRows, stamp: Stamp, term: number): Promise<Stamp> {
    const startedAt = this.#elapsed();
    const inserts = sealBlock(rows, this.#source, stamp, LIMITS);
    const outcomes = await Promise.allSettled(inserts.map((insert) => this.#insert(insert, term)));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length > 0) {
      this.#giveUp(stamp, failures);
      throw unavailable(failures[0]);
    }
    this.#clock.settle(stamp);
    this.#metrics.blocks.inc({ outcome: 'written' });
    this.#metrics.insertSeconds.observe((this.#elapsed() - startedAt) / 1000);
    this.#metrics.rows.inc({ table: 'raw_impressions' }, rows.impressions.length);
    this.#metrics.rows.inc({ table: 'raw_conversions' }, rows.conversions.length);
    this.#metrics.rows.inc({ table: 'dead_letters' }, rows.deadLetters.length);
    return stamp;
  }

  #insert(insert: SealedInsert, term: number): Promise<void> {
    return insertWithRetry(this.#clickhouse, insert, {
      pausesMs: this.#pausesMs,
      pause: this.#pause,
      permit: () => this.#lease.permit(term),
      failed: (error, { table }) => {
        this.#metrics.retries.inc();
        this.#logger.warn(
          { err: error, table },
          'an insert failed; the same bytes go again under the same token',
        );
      },
    });
  }

  /** A block that failed holds the watermark back until no part of it can arrive any more. */
  #giveUp(stamp: Stamp, failures: readonly unknown[]): void {
    this.#metrics.blocks.inc({ outcome: 'failed' });
    this.#logger.error(
      { err: failures[0], sequence: stamp.sequence },
      'a block was given up; its senders were told',
    );
    const mayBeAtWork = failures.some((error) => error instanceof AppError && error.code === 'unavailable');
    const over = mayBeAtWork ? this.#pause(OUTLIVES_MS, { ref: false }) : Promise.resolve();
    void over.then(() => this.#clock.settle(stamp));
  }

  /**
   * `dataThrough`: every row received up to it, from this and every other live source, is in the raw tables, and none
   * will be added later. The smallest receipt time still under way, less 1 ms; now, where nothing is.
   */
  async watermark(): Promise<Date> {
    if (this.#sole) return new Date(this.#clock.watermark(this.#now()));
    // Recorded before it is given out, and the others read after that: a source that comes later starts above it.
    await this.#marking?.catch(() => undefined);
    const own = await this.#markOnce();
    const { live } = await this.#marks.receivedThrough(this.#source);
    return new Date(live === null ? own : Math.min(own, live));
  }

  /** Writes this source's mark, so that other processes see how far it has come and that it lives. */
  async mark(): Promise<void> {
    await this.#markOnce();
  }

  #markOnce(): Promise<number> {
    this.#marking ??= this.#mark(false).finally(() => {
      this.#marking = undefined;
    });
    return this.#marking;
  }

  /** The receipt time that was recorded. */
  async #mark(closed: boolean): Promise<number> {
    const startedAt = this.#elapsed();
    const sequence = this.#clock.settledSequence();
    // Nobody else reads the marks of a sole source while it runs: an idle service leaves the disk alone.
    const receivedThrough = this.#clock.watermark(this.#now());
    if (this.#sole && !closed && sequence === this.#marked) return receivedThrough;
    await this.#marks.record(this.#source, { sequence, receivedThrough }, { closed });
    this.#marked = sequence;
    // Others may have gone ahead while this source was taken for dead.
    if (!this.#lease.isHeld()) this.#clock.raise(await this.#marks.furthest());
    this.#lease.renew(startedAt);
    return receivedThrough;
  }

  #markEvery(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.mark().catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'the source’s mark could not be written');
      });
    }, everyMs);
    this.#timer.unref();
  }

  /** Waits for the blocks under way and tells the other processes that this source has ended; idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled([...this.#writing]);
    await this.#marking?.catch(() => undefined);
    // With blocks given up but not over, or Postgres gone, the source ends when it is taken for dead, not before.
    await this.#mark(!this.#clock.hasPending()).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'the source’s last mark could not be written');
    });
  }
}

function unavailable(cause: unknown): AppError {
  if (cause instanceof AppError && cause.retryAfterSeconds !== undefined) return cause;
  return new AppError('unavailable', 'The events could not be stored; send the same body again in a while.', {
    cause,
    retryAfterSeconds: 2,
  });
}
