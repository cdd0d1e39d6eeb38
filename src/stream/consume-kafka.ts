import type { Consumer } from 'kafkajs';
import type { Logger } from 'pino';
import { createKafkaClient, type KafkaConnection } from './kafka-client.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { toAppError } from './kafka-error.ts';
import type { ConsumeOptions } from './stream.port.ts';
import { within } from './within.ts';

export interface ConsumerSettings {
  /** A member that is not heard of for so long loses its partitions. */
  readonly sessionTimeoutMs: number;
  /** How long the group waits for its members when partitions are given out anew. */
  readonly rebalanceTimeoutMs: number;
  /** Longest wait for one answer. */
  readonly requestTimeoutMs: number;
  /** Batches (of different partitions) that are handled at once. */
  readonly partitionsAtOnce: number;
}

/** Longest wait of the broker for new messages; also how much later than told a pause may end. */
const MAX_WAIT_MS = 100;
/** For connecting and for finding the topics. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Also how soon a member learns that partitions are given out anew. */
const HEARTBEAT_MS = 1000;
/** As a rebalance may need that others' joining interrupts again and again. */
const RETRIES = 8;

/**
 * Makes a consumer that joins its group; resolves before it has joined.
 * @throws AppError `unavailable`, or `store-failed` where a topic does not exist.
 */
export async function consumeKafka(
  connection: KafkaConnection,
  settings: ConsumerSettings,
  options: ConsumeOptions,
  logger: Logger,
): Promise<KafkaConsumer> {
  const { sessionTimeoutMs, rebalanceTimeoutMs, requestTimeoutMs } = settings;
  const client = createKafkaClient(connection, { requestTimeoutMs, retries: RETRIES });
  const consumer = client.kafka.consumer({
    groupId: options.group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 5),
    maxBytes: options.maxBytes,
    maxBytesPerPartition: options.maxBytesPerPartition,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    // Without it kafkajs starts again by itself after some errors, and after others not.
    retry: {
      retries: RETRIES,
      initialRetryTime: 100,
      maxRetryTime: 1000,
      restartOnFailure: async () => false,
    },
  });
  try {
    const message = 'Kafka did not answer in time; try again later.';
    await within(CONNECT_TIMEOUT_MS, connect(consumer, options.topics), message);
  } catch (error) {
    client.sockets.cut();
    throw toAppError(error);
  }
  return new KafkaConsumer({
    consumer,
    sockets: client.sockets,
    options,
    logger,
    sessionTimeoutMs,
    partitionsAtOnce: settings.partitionsAtOnce,
    // Longer than anything takes that goes well: the group may wait as long for its other members.
    idleTimeoutMs: rebalanceTimeoutMs + sessionTimeoutMs,
  });
}

async function connect(consumer: Consumer, topics: readonly string[]): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
}
