import { setTimeout as timeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AppError } from '../errors.ts';
import type { ClickHouse } from '../stores/clickhouse/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import type { BatchOutcome, MessageBatch, Stream, StreamConsumer } from '../stream/index.ts';
import { sendDeadLetters } from './dead-letter-messages.ts';
import { type LandedRange, TopicReplaced } from './partition-ingest.ts';
import { type PartitionKey, PartitionMarks } from './partition-marks.ts';
import { RANGE_LIMITS, type RangeLimits } from './range.ts';
import { type Reader, Readers } from './readers.ts';
import type { SourceTopic } from './source-topic.ts';
import { createStreamMetrics, observeReaders, type StreamMetrics } from './stream-metrics.ts';
import { watchLag } from './watch-lag.ts';

/** A fetch is bounded before decompression; envelopes shrink to a fifth of their size. Four times as much is 15 % faster and takes 850 MB. */
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_BYTES_PER_PARTITION = 1024 * 1024;
/** Pauses before the next consumer, by how many have ended in a row. */
const REBUILD_PAUSES_MS = [500, 1000, 2000, 5000, 10_000] as const;
const WATCH_EVERY_MS = 1000;
/** A consumer that has lived so long did not end for the reason that the one before it did. */
const SETTLED_MS = 60_000;

export interface StreamIngestOptions {
  readonly stream: Stream;
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly registry: Registry;
  /** This process, in Postgres and logs. */
  readonly owner: string;
  readonly group: string;
  readonly topics: readonly SourceTopic[];
  readonly deadLetterTopic: string;
  readonly limits?: RangeLimits;
  /** How long a partition with nothing more to read waits for messages to come together. */
  readonly lingerMs?: number;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

/** What is known of a partition that this process reads. */
export interface OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Null until it is known. */
  readonly lagMessages: number | null;
  readonly lagSeconds: number | null;
  /** Why nothing of it can be written, where that has lasted for 30 s. */
  readonly stuck: string | null;
}

/** Reads topics into the raw tables, each event exactly once, for as long as it is open; rebuilds a consumer that ends. */
export class StreamIngest {
  readonly #options: StreamIngestOptions;
  readonly #now: () => number;
  readonly #marks: PartitionMarks;
  readonly #metrics: StreamMetrics;
  readonly #readers: Readers;
  readonly #stop = new AbortController();
  #consumer: StreamConsumer | null = null;
  /** Why there is no consumer just now. */
  #failure: string | null = 'the consumer has not joined its group yet';
  #end: (error: Error | null) => void = () => undefined;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(options: StreamIngestOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#marks = new PartitionMarks(options.postgres, options.owner);
    this.#metrics = createStreamMetrics(options.registry);
    this.#readers = new Readers(options.topics, {
      clickhouse: options.clickhouse,
      marks: this.#marks,
      limits: options.limits ?? RANGE_LIMITS,
      now: this.#now,
      lingerMs: () => options.lingerMs ?? 300,
      isCurrent: (topic) => this.#isCurrent(topic),
      landed: (range) => this.#landed(range),
      gap: (key, from, to) => this.#gap(key, from, to),
    });
    observeReaders(this.#metrics, () => this.partitions());
  }

  /** Begins to read; a broker that is away does not keep it from opening. */
  static open(options: StreamIngestOptions): StreamIngest {
    const ingest = new StreamIngest(options);
    ingest.#running = Promise.all([ingest.#keepConsuming(), ingest.#keepWatching()]);
    return ingest;
  }

  /** The partitions that this process reads now. */
  partitions(): OwnedPartition[] {
    return this.#readers.all().map(({ topic, partition, lagMessages, through, health }) => ({
      topic: topic.name,
      partition,
      lagMessages,
      lagSeconds: through === null ? null : Math.max(0, (this.#now() - through) / 1000),
      stuck: health.stuck(performance.now()),
    }));
  }

  /** For readiness. @throws AppError `unavailable` with a sentence where nothing is read, or a partition is stuck. */
  async check(): Promise<string> {
    if (this.#failure !== null)
      throw new AppError(
        'unavailable',
        `The stream is not read: ${this.#failure}. It is tried again by itself.`,
      );
    const partitions = this.partitions();
    const stuck = partitions.find((partition) => partition.stuck !== null);
    if (stuck !== undefined)
      throw new AppError(
        'unavailable',
        `Partition ${stuck.partition} of ${stuck.topic} is stuck: ${stuck.stuck}`,
      );
    return describe(partitions);
  }

  /** Finishes the ranges under way, leaves the group. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#end(null);
    await this.#running;
  }

  async #keepConsuming(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const startedAt = performance.now();
      const error = await this.#consumeOnce().catch((thrown: unknown) => thrown);
      if (this.#stop.signal.aborted) return;
      failures = performance.now() - startedAt > SETTLED_MS ? 1 : failures + 1;
      this.#failure = error instanceof AppError ? error.message.replace(/\.$/, '') : 'the consumer has ended';
      this.#metrics.rebuilds.inc();
      const pauseMs = REBUILD_PAUSES_MS[Math.min(failures, REBUILD_PAUSES_MS.length) - 1] ?? 0;
      this.#options.logger.error(
        { err: error, pauseMs },
        'the consumer of the stream has ended; another follows',
      );
      await this.#pause(pauseMs);
    }
  }

  /** One consumer, from joining to its end, and why it ended. */
  async #consumeOnce(): Promise<Error | null> {
    const { stream, group, topics } = this.#options;
    await this.#lookUpTopics();
    const ended = Promise.withResolvers<Error | null>();
    this.#end = ended.resolve;
    if (this.#stop.signal.aborted) return null;
    this.#consumer = await stream.consume({
      group,
      topics: topics.map(({ name }) => name),
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION,
      onAssigned: (partitions) => {
        this.#metrics.assignments.inc();
        this.#failure = null;
        this.#readers.assign(partitions);
        this.#options.logger.info({ partitions }, 'partitions were assigned to this process');
      },
      onBatch: (batch) => this.#handle(batch),
      onEnded: (error) => ended.resolve(error ?? new AppError('unavailable', 'The consumer has ended.')),
    });
    try {
      return await ended.promise;
    } finally {
      await this.#consumer.close().catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'the consumer could not be closed');
      });
      this.#consumer = null;
      this.#readers.clear();
    }
  }

  async #lookUpTopics(): Promise<void> {
    const { stream, topics: wanted, logger } = this.#options;
    const topics = await stream.topics(wanted.map(({ name }) => name));
    const missing = wanted.find(({ name }) => !topics.some((topic) => topic.name === name));
    if (missing !== undefined)
      throw new AppError(
        'unavailable',
        `The topic ${missing.name} does not exist; create it, or correct KAFKA_TOPIC.`,
      );
    for (const topic of topics) {
      const closed = await this.#marks.register(topic);
      if (closed > 0)
        logger.warn(
          { topic: topic.name, closed },
          'the topic was deleted and made again; it is read from its start',
        );
    }
    this.#readers.use(topics);
  }

  async #handle(batch: MessageBatch): Promise<BatchOutcome> {
    const reader = this.#readers.get(batch.topic, batch.partition);
    if (reader === undefined)
      throw new AppError('internal', `Partition ${batch.partition} of ${batch.topic} is not read here.`);
    const alive = setInterval(() => void batch.heartbeat().catch(() => undefined), 2000);
    const startedAt = performance.now();
    try {
      const outcome = await reader.ingest.handle(batch);
      reader.health.succeeded();
      this.#metrics.rangeSeconds.observe((performance.now() - startedAt) / 1000);
      return outcome;
    } catch (error) {
      return this.#failed(reader, batch, error);
    } finally {
      clearInterval(alive);
    }
  }

  /** The partition waits and is read again; another topic of the same name needs another consumer. */
  #failed(reader: Reader, batch: MessageBatch, error: unknown): BatchOutcome {
    if (error instanceof TopicReplaced) throw error;
    this.#metrics.ranges.inc({ outcome: 'failed' });
    const reason = error instanceof AppError ? error.message : 'it failed unexpectedly; see the log';
    const afterMs = reader.health.failed(reason, performance.now());
    this.#options.logger.error(
      { err: error, topic: batch.topic, partition: batch.partition, afterMs },
      'a range could not be written; it is tried again',
    );
    return { next: batch.messages[0]?.offset ?? batch.end, done: null, afterMs };
  }

  async #landed(range: LandedRange): Promise<void> {
    await sendDeadLetters(this.#options.stream, this.#options.deadLetterTopic, range);
    this.#metrics.ranges.inc({ outcome: 'written' });
    this.#metrics.messages.inc(range.messages);
    this.#metrics.rows.inc({ table: 'raw_impressions' }, range.rows.impressions.rows);
    this.#metrics.rows.inc({ table: 'raw_conversions' }, range.rows.conversions.rows);
    this.#metrics.rows.inc({ table: 'dead_letters' }, range.rows.deadLetters.rows);
    for (const { code } of range.rows.rejected) this.#metrics.deadLetters.inc({ code });
    this.#metrics.deadLetters.inc({ code: 'unreadable-row' }, range.unreadable.length);
  }

  async #gap({ topicId, partition }: PartitionKey, from: number, to: number): Promise<void> {
    const name = this.#readers.all().find(({ topic }) => topic.id === topicId)?.topic.name ?? '';
    const first =
      (await this.#options.stream.ends(name)).find((ends) => ends.partition === partition)?.first ?? 0;
    const lost = Math.min(first, to) - from;
    if (lost <= 0) return;
    this.#metrics.lost.inc(lost);
    this.#options.logger.error(
      { topic: name, partition, from, lost },
      'the broker deleted messages before they were read; lengthen the topic’s retention',
    );
  }

  async #isCurrent(topicId: string): Promise<boolean> {
    const known = this.#readers.all().find(({ topic }) => topic.id === topicId)?.topic;
    if (known === undefined) return false;
    const [now] = await this.#options.stream.topics([known.name]);
    return now?.id === topicId;
  }

  async #keepWatching(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause(WATCH_EVERY_MS);
      const { stream, logger } = this.#options;
      await watchLag(stream, this.#marks, this.#readers, this.#now).catch((error: unknown) => {
        logger.warn({ err: error }, 'the lag of the stream is not known');
      });
    }
  }

  async #pause(ms: number): Promise<void> {
    await timeout(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function describe(partitions: readonly OwnedPartition[]): string {
  if (partitions.length === 0) return 'no partitions: other members of the group read all of them';
  return partitions
    .map(({ topic, partition, lagMessages, lagSeconds }) => {
      const lag = lagMessages === null ? 'not known yet' : `${lagMessages} messages`;
      return `${topic}/${partition}: lag ${lag}${lagSeconds === null ? '' : `, ${lagSeconds.toFixed(1)} s`}`;
    })
    .join('; ');
}
