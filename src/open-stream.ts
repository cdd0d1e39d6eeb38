import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { StreamWriter } from './collect/index.ts';
import type { Role } from './config.ts';
import { AppError } from './errors.ts';
import type { KafkaConfig } from './kafka-config.ts';
import type { Stores } from './open-stores.ts';
import { openKafka, type Stream } from './stream/index.ts';
import { StreamIngest } from './stream-ingest/index.ts';

/** The parts of a process that work on the stream. */
export interface OpenStream {
  /** What the collector writes with; null without the role `collect`. */
  readonly writer: StreamWriter | null;
  /** The stream itself, for what else is written to it. */
  readonly port: Stream;
  /** For readiness: what is read and how far behind. @throws AppError `unavailable` where it is not. */
  check(): Promise<string>;
  /** Finishes the ranges under way and leaves the group; what is collected can still be written. */
  stopReading(): Promise<void>;
  /** After `stopReading`, and once nothing is written any more. */
  close(): Promise<void>;
}

export interface OpenStreamOptions {
  readonly kafka: KafkaConfig;
  readonly roles: readonly Role[];
  readonly stores: Stores;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** A process that is told to end has 10 s, and what it sends then may need all of this. */
const SEND_TIMEOUT_MS = 8000;

/**
 * Connects to Kafka, makes the topics of events that do not exist, and begins what the roles ask for.
 * @throws AppError `start-refused` with one sentence where that does not succeed within 8 s for each topic.
 */
export async function openStream(options: OpenStreamOptions): Promise<OpenStream> {
  const { kafka, roles, stores, logger, registry } = options;
  const owner = `${hostname()}:${process.pid}`;
  const stream = await openKafka({
    brokers: kafka.brokers,
    clientId: `assay-${owner}`,
    sasl: kafka.sasl,
    tls: kafka.tls,
    compression: kafka.compression,
    sendTimeoutMs: SEND_TIMEOUT_MS,
    requestTimeoutMs: SEND_TIMEOUT_MS,
    logger,
  });
  const reads = roles.includes('ingest');
  await makeTopics(stream, kafka, roles);
  const writer = roles.includes('collect')
    ? new StreamWriter({ stream, topic: kafka.topic, logger, registry })
    : null;
  const ingest = reads
    ? StreamIngest.open({
        stream,
        clickhouse: stores.clickhouse,
        postgres: stores.postgres,
        logger,
        registry,
        owner,
        group: kafka.group,
        topics: kafka.sources,
        deadLetterTopic: kafka.deadLetterTopic,
      })
    : null;
  return {
    writer,
    port: stream,
    async check() {
      // What is read can be all there is while the broker is away already.
      await stream.ping();
      return ingest === null ? 'the broker answers' : ingest.check();
    },
    async stopReading() {
      await ingest?.close();
    },
    close: () => stream.close(),
  };
}

async function makeTopics(stream: Stream, kafka: KafkaConfig, roles: readonly Role[]): Promise<void> {
  const has = (...some: Role[]) => some.some((role) => roles.includes(role));
  try {
    if (has('collect', 'ingest'))
      await stream.createTopic({ name: kafka.topic, partitions: kafka.partitions, compacted: false });
    if (has('ingest'))
      await stream.createTopic({ name: kafka.deadLetterTopic, partitions: 1, compacted: false });
  } catch (cause) {
    await stream.close();
    const why = cause instanceof AppError ? cause.message : String(cause);
    throw new AppError('start-refused', `Kafka (${kafka.brokers.join(', ')}) cannot be used: ${why}`, {
      cause,
    });
  }
}
