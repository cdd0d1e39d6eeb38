import type { ICustomPartitioner, Producer } from 'kafkajs';
import { AppError } from '../errors.ts';
import { COMPRESSION_TYPES, type Compression } from './codecs.ts';
import { closedError } from './kafka-admin.ts';
import { createKafkaClient, type KafkaClient, type KafkaConnection } from './kafka-client.ts';
import { toAppError } from './kafka-error.ts';
import { bytesOf, splitMessages } from './split-messages.ts';
import type { OutgoingMessage } from './stream.port.ts';
import { within } from './within.ts';

export interface ProducerSettings {
  readonly compression: Compression;
  /** Longest time that one `send` takes, in milliseconds. */
  readonly sendTimeoutMs: number;
  /** Most bytes that may be on their way at once, in all sends together. */
  readonly maxInFlightBytes: number;
}

interface Opened {
  readonly client: KafkaClient;
  readonly ready: Promise<Producer>;
}

const ALL_IN_SYNC = -1;
const MAX_REQUESTS_PER_CONNECTION = 5;
/** kafkajs's own tries within one of ours, which wait out a leader's election. */
const RETRIES = 5;

/**
 * Sends messages, acknowledged by all in-sync replicas. kafkajs's idempotence is not used: its producer jams for good
 * once a sequence is out of order, and a message that is sent twice is told by its identity anyway. A producer that
 * fails or does not answer is torn down and made anew once within the time of a send.
 */
export class KafkaProducer {
  readonly #connection: KafkaConnection;
  readonly #settings: ProducerSettings;
  readonly #underWay = new Set<Promise<void>>();
  #opened: Opened | null = null;
  #bytes = 0;
  #closed = false;

  constructor(connection: KafkaConnection, settings: ProducerSettings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  async send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.#closed) throw closedError();
    const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
    if (this.#bytes > 0 && this.#bytes + bytes > this.#settings.maxInFlightBytes)
      throw new AppError('unavailable', 'Too much waits to be taken by Kafka; try again shortly.', {
        retryAfterSeconds: 1,
      });
    this.#bytes += bytes;
    const work = this.#sendAll(topic, messages);
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
      this.#bytes -= bytes;
    }
  }

  /** Waits for the sends under way, which are bounded, and refuses others. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    const opened = this.#opened;
    if (opened === null) return;
    await within(
      1000,
      opened.ready.then((producer) => producer.disconnect()),
      '',
    ).catch(() => undefined);
    this.#discard(opened);
  }

  async #sendAll(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const end = performance.now() + this.#settings.sendTimeoutMs;
    for (const part of splitMessages(messages)) await this.#sendPart(topic, part, end);
  }

  async #sendPart(topic: string, messages: readonly OutgoingMessage[], end: number): Promise<void> {
    let left = messages;
    for (let attempt = 1; ; attempt += 1) {
      const opened = this.#open();
      const leftMs = end - performance.now();
      const patienceMs = attempt === 1 ? leftMs / 2 : leftMs;
      try {
        const taken = await within(
          patienceMs,
          this.#attempt(opened, topic, left, patienceMs),
          'Kafka did not take the messages in time; try again shortly.',
        );
        left = left.filter(({ partition }) => !taken.has(partition));
        if (left.length === 0) return;
        if (attempt === 2) throw missingPartition(topic, left);
        // It knows the topic as it was, or skipped a partition whose leader moved between its own tries.
        this.#discard(opened);
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code !== 'unavailable') throw error;
        this.#discard(opened);
        if (attempt === 2) throw error;
      }
    }
  }

  /** The partitions that have taken their messages; kafkajs leaves out, without a word, those that it does not know. */
  async #attempt(
    { ready }: Opened,
    topic: string,
    messages: readonly OutgoingMessage[],
    timeout: number,
  ): Promise<Set<number>> {
    const producer = await ready;
    const taken = await producer.send({
      topic,
      acks: ALL_IN_SYNC,
      timeout: Math.ceil(timeout),
      compression: COMPRESSION_TYPES[this.#settings.compression],
      messages: messages.map((message) => ({ ...message })),
    });
    return new Set(taken.map(({ partition }) => partition));
  }

  #open(): Opened {
    if (this.#opened !== null) return this.#opened;
    const client = createKafkaClient(this.#connection, {
      requestTimeoutMs: Math.ceil(this.#settings.sendTimeoutMs / 2),
      retries: RETRIES,
    });
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: MAX_REQUESTS_PER_CONNECTION,
      createPartitioner: () => partitionOf,
    });
    const ready = producer.connect().then(() => producer);
    // Whoever waits for it gets the error.
    ready.catch(() => undefined);
    this.#opened = { client, ready };
    return this.#opened;
  }

  #discard(opened: Opened): void {
    opened.client.sockets.cut();
    if (this.#opened === opened) this.#opened = null;
  }
}

function partitionOf({ topic, message }: Parameters<ReturnType<ICustomPartitioner>>[0]): number {
  if (message.partition === undefined)
    throw new AppError('internal', `A message to ${topic} has no partition.`);
  return message.partition;
}

function missingPartition(topic: string, [message]: readonly OutgoingMessage[]): AppError {
  return new AppError(
    'store-failed',
    `The topic ${topic} has no partition ${message?.partition}; send to one that it has.`,
  );
}
