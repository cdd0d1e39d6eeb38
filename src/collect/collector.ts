import type { Registry } from 'prom-client';
import { AppError } from '../errors.ts';
import { type Event, encodeRows } from '../events/index.ts';
import { type BlockRows, encodeDeadLetter } from '../ingest/index.ts';
import { BLOCK_BUFFER_LIMITS, BlockBuffer, type BlockBufferLimits, countRows } from './block-buffer.ts';
import { type CollectMetrics, createCollectMetrics } from './collect-metrics.ts';
import type { EventsRequest } from './events-request.ts';
import { type JudgedBody, judgeBody } from './judge-body.ts';
import { RecentEvents } from './recent-events.ts';
import type { Verdicts } from './verdicts.ts';

export interface CollectorLimits extends BlockBufferLimits {
  /** Rows and bytes that may wait to become durable before requests are refused. */
  readonly bufferRows: number;
  readonly bufferBytes: number;
  /** A power of two; see RecentEvents. */
  readonly recentSlots: number;
}

export const COLLECTOR_LIMITS: CollectorLimits = {
  ...BLOCK_BUFFER_LIMITS,
  bufferRows: 200_000,
  bufferBytes: 64 * 1024 * 1024,
  recentSlots: 2 ** 19,
};

export interface CollectorOptions {
  /** Makes rows durable, all or none as far as anybody is told (`Ingest.write`). */
  readonly write: (rows: BlockRows) => Promise<unknown>;
  readonly registry: Registry;
  readonly limits?: Partial<CollectorLimits>;
}

interface MutableRows {
  readonly impressions: string[];
  readonly conversions: string[];
  readonly deadLetters: string[];
}

/** Takes bodies of events: a verdict on each, and the good ones and the bad ones durable before it answers. */
export class Collector {
  readonly #limits: CollectorLimits;
  readonly #buffer: BlockBuffer;
  readonly #recent: RecentEvents;
  readonly #metrics: CollectMetrics;
  #closed = false;

  constructor(options: CollectorOptions) {
    this.#limits = { ...COLLECTOR_LIMITS, ...options.limits };
    this.#recent = new RecentEvents(this.#limits.recentSlots);
    this.#buffer = new BlockBuffer({
      write: options.write,
      failed: (block) => this.#recent.forgetBlock(block),
      limits: this.#limits,
    });
    this.#metrics = createCollectMetrics(options.registry, () => this.#buffer.load);
  }

  /**
   * Verdicts on a body's events, once all of it is durable. @throws AppError `bad-request`, `too-large` or
   * `unsupported-media` where the body cannot be read, `too-many-requests` where the buffer is full, `unavailable`
   * where the rows could not be stored: then the same body may be sent again.
   */
  async collect(request: EventsRequest): Promise<Verdicts> {
    try {
      return await this.#collect(request);
    } catch (error) {
      this.#metrics.refused.inc({ code: error instanceof AppError ? error.code : 'internal' });
      throw error;
    }
  }

  /** The verdicts that `collect` would give on a body of new events; nothing is kept. */
  validate(request: EventsRequest): Verdicts {
    const body = judgeBody(request);
    const rejected = rejectionsOf(body);
    return { accepted: body.verdicts.length - rejected.length, duplicates: 0, rejected };
  }

  /** Takes no more; resolves when all that was taken is durable or its senders were told that it is not. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#buffer.drain();
  }

  async #collect(request: EventsRequest): Promise<Verdicts> {
    const body = judgeBody(request);
    this.#admit(body);
    // From here to `add` nothing else runs: no other request can come between a look-up and what follows from it.
    const rows: MutableRows = { impressions: [], conversions: [], deadLetters: [] };
    const waits = new Set<number>();
    let accepted = 0;
    let duplicates = 0;
    for (const verdict of body.verdicts) {
      if (verdict.type === 'rejection') continue;
      if (this.#take(verdict, rows, waits)) accepted += 1;
      else duplicates += 1;
    }
    const rejected = rejectionsOf(body);
    for (const { index, code, detail } of rejected) {
      const raw = body.bytesOf(index);
      rows.deadLetters.push(encodeDeadLetter({ code, detail, raw, sender: request.sender, index }));
    }
    await this.#durable(rows, bytesOf(rows), waits);
    this.#metrics.accepted.inc(accepted);
    this.#metrics.duplicates.inc(duplicates);
    for (const { code } of rejected) this.#metrics.rejected.inc({ code });
    return { accepted, duplicates, rejected };
  }

  #admit(body: JudgedBody): void {
    if (this.#closed) {
      throw new AppError(
        'unavailable',
        'The service is stopping; send the same body again once it is back.',
        {
          retryAfterSeconds: 5,
        },
      );
    }
    const { rows, bytes } = this.#buffer.load;
    const { length } = body.verdicts;
    // An event with several units becomes as many rows, each about as long as the event.
    const added = body.verdicts.reduce(
      (sum, verdict) => sum + (verdict.type === 'rejection' ? 1 : verdict.units.length),
      0,
    );
    const weight = length === 0 ? 0 : (body.bytes * added) / length;
    if (rows + added <= this.#limits.bufferRows && bytes + weight <= this.#limits.bufferBytes) return;
    if (this.#buffer.failing)
      throw new AppError(
        'unavailable',
        'What events are written to cannot be reached and no more can wait; nothing of this body was taken, send it again in a while.',
        { retryAfterSeconds: 5 },
      );
    throw new AppError(
      'too-many-requests',
      'More events come in than can be stored; nothing of this body was taken, send it again in a while.',
      { retryAfterSeconds: 1 },
    );
  }

  /** Adds an event's rows but those that are stored, or about to be, already; whether any of its identities is new. */
  #take(event: Event, rows: MutableRows, waits: Set<number>): boolean {
    const impression = event.type === 'impression';
    const table = impression ? rows.impressions : rows.conversions;
    let isNew = false;
    for (const { identity, content, sent } of encodeRows(event)) {
      const sighting = this.#recent.sight(
        `${impression ? 'i' : 'c'}${identity}`,
        content,
        this.#buffer.openBlock,
      );
      if (sighting.known === 'new') isNew = true;
      if (sighting.known === 'same') waits.add(sighting.block);
      else table.push(identity + content + sent);
    }
    return isNew;
  }

  async #durable(rows: BlockRows, bytes: number, waits: ReadonlySet<number>): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const block of waits) {
      const written = this.#buffer.written(block);
      if (written !== undefined) pending.push(written);
    }
    if (countRows(rows) > 0) pending.push(this.#buffer.add({ rows, bytes }));
    await Promise.all(pending);
  }
}

/** What rows weigh while they wait; their text is mostly ASCII, a byte a character. */
function bytesOf({ impressions, conversions, deadLetters }: BlockRows): number {
  return [impressions, conversions, deadLetters].reduce(
    (sum, table) => table.reduce((bytes, row) => bytes + row.length, sum),
    0,
  );
}

function rejectionsOf(body: JudgedBody): Verdicts['rejected'] {
  return body.verdicts.flatMap((verdict, index) =>
    verdict.type === 'rejection' ? [{ index, code: verdict.code, detail: verdict.detail }] : [],
  );
}
