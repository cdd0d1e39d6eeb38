import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import { AppError } from '../errors.ts';
import { encodeEnvelope } from '../events/index.ts';
import type { BlockRows } from '../ingest/index.ts';
import type { Stream } from '../stream/index.ts';
import { splitRows } from './split-rows.ts';

export interface StreamWriterOptions {
  readonly stream: Stream;
  readonly topic: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Of a partition's part of one send, before compression: a broker takes a batch of 1 MB. */
  readonly envelopeBytes?: number;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed?: () => number;
}

/** A topic can be given more partitions while it is used. */
const LOOK_AGAIN_MS = 60_000;
/** Below the 1 MB that a broker takes by default, whatever compression makes of it. */
const ENVELOPE_BYTES = 900 * 1024;
const RETRY_AFTER_SECONDS = 2;

/** Writes blocks of encoded rows to the stream: one envelope a partition, all rows of a unit to the same one. */
export class StreamWriter {
  readonly #stream: Stream;
  readonly #topic: string;
  readonly #logger: Logger;
  readonly #envelopeBytes: number;
  readonly #elapsed: () => number;
  readonly #sends: Counter<'outcome'>;
  readonly #envelopes: Counter;
  readonly #seconds: Histogram;
  #partitions: { readonly count: number; readonly at: number } | null = null;
  #turn = 0;
  #failing = false;
  #hurried = false;

  constructor(options: StreamWriterOptions) {
    this.#stream = options.stream;
    this.#topic = options.topic;
    this.#logger = options.logger;
    this.#envelopeBytes = options.envelopeBytes ?? ENVELOPE_BYTES;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    const registers = [options.registry];
    this.#sends = new Counter({
      name: 'assay_collect_sends_total',
      help: 'Blocks that Kafka acknowledged, or that were given up and their senders told',
      labelNames: ['outcome'],
      registers,
    });
    this.#envelopes = new Counter({
      name: 'assay_collect_envelopes_total',
      help: 'Messages that Kafka acknowledged',
      registers,
    });
    this.#seconds = new Histogram({
      name: 'assay_collect_send_seconds',
      help: 'From a block of rows to the acknowledgement of all its messages',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
      registers,
    });
  }

  /**
   * Durable with all in-sync replicas when it resolves. @throws AppError `unavailable` where that is not known: some
   * rows may be there all the same, so the same events may only be sent with the same ids.
   */
  async write(rows: BlockRows): Promise<void> {
    const startedAt = this.#elapsed();
    try {
      if (this.#hurried && this.#failing)
        throw new AppError('unavailable', 'Kafka is away and the service is stopping.');
      await this.#write(rows);
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      // The topic may be another one by now, with fewer partitions.
      this.#partitions = null;
      this.#sends.inc({ outcome: 'failed' });
      this.#logger.error({ err: error, topic: this.#topic }, 'a block was given up; its senders were told');
      throw unavailable(error);
    }
    this.#sends.inc({ outcome: 'acknowledged' });
    this.#seconds.observe((this.#elapsed() - startedAt) / 1000);
  }

  /** The service is stopping: from now on, after a block that could not be sent the ones that follow are not tried. */
  hurry(): void {
    this.#hurried = true;
  }

  async #write(rows: BlockRows): Promise<void> {
    const partitions = await this.#count();
    this.#turn = (this.#turn + 1) % partitions;
    const rounds = splitRows(rows, {
      partitions,
      envelopeBytes: this.#envelopeBytes,
      deadLetterPartition: this.#turn,
    });
    // One after the other: what goes to a partition together is one batch to the broker.
    for (const round of rounds) {
      const messages = round.map((part) => ({
        partition: part.partition,
        key: null,
        ...encodeEnvelope(part.rows),
      }));
      await this.#stream.send(this.#topic, messages);
      this.#envelopes.inc(messages.length);
    }
  }

  async #count(): Promise<number> {
    const known = this.#partitions;
    if (known !== null && this.#elapsed() - known.at < LOOK_AGAIN_MS) return known.count;
    const [topic] = await this.#stream.topics([this.#topic]);
    if (topic === undefined)
      throw new AppError(
        'unavailable',
        `Kafka has no topic ${this.#topic} any more; create it, or start this process again, which makes it.`,
      );
    this.#partitions = { count: topic.partitions, at: this.#elapsed() };
    return topic.partitions;
  }
}

/** Whatever was wrong on our side, a producer can only send the same events again. */
function unavailable(cause: unknown): AppError {
  const { retryAfterSeconds = RETRY_AFTER_SECONDS } = cause instanceof AppError ? cause : {};
  return new AppError('unavailable', 'The events could not be stored; send the same body again in a while.', {
    cause,
    retryAfterSeconds,
  });
}
