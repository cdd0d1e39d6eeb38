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
  readonly stream: Stream;
  /** What the collector writes with; null without the role `collect`. */
  readonly writer: StreamWriter | null;
  /** What brings the stream into the tables; null without the role `ingest`. */
  readonly ingest: StreamIngest | null;
  /** For readiness: what is read and how far behind. @throws AppError `unavailable` where it is not. */
  check(): Promise<string>;
  close(): Promise<void>;
}

export interface OpenStreamOptions {
  readonly kafka: KafkaConfig;
  readonly roles: readonly Role[];
  readonly stores: Stores;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Connects to Kafka, makes the topics that do not exist, and begins what the roles ask for. */
export async function openStream(options: OpenStreamOptions): Promise<OpenStream> {
  const { kafka, roles, stores, logger, registry } = options;
  const owner = `${hostname()}:${process.pid}`;
  const stream = await openKafka({
    brokers: kafka.brokers,
    clientId: `assay-${owner}`,
    sasl: kafka.sasl,
    tls: kafka.tls,
    compression: kafka.compression,
    logger,
  });
  try {
    await stream.createTopic({ name: kafka.topic, partitions: kafka.partitions, compacted: false });
    await stream.createTopic({ name: kafka.deadLetterTopic, partitions: 1, compacted: false });
  } catch (cause) {
    await stream.close();
    const why = cause instanceof AppError ? cause.message : String(cause);
    throw new AppError('start-refused', `Kafka (${kafka.brokers.join(', ')}) cannot be used: ${why}`, {
      cause,
    });
  }
  const writer = roles.includes('collect')
    ? new StreamWriter({ stream, topic: kafka.topic, logger, registry })
    : null;
  const ingest = roles.includes('ingest')
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
    stream,
    writer,
    ingest,
    async check() {
      if (ingest !== null) return ingest.check();
      await stream.ping();
      return 'the broker answers';
    },
    async close() {
      await ingest?.close();
      await stream.close();
    },
  };
}
