import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Compression } from './codecs.ts';
import { consumeKafka } from './consume-kafka.ts';
import { closedError, KafkaAdmin } from './kafka-admin.ts';
import type { KafkaConnection } from './kafka-client.ts';
import type { KafkaConsumer } from './kafka-consumer.ts';
import { KafkaLog } from './kafka-log.ts';
import { KafkaProducer } from './kafka-producer.ts';
import type {
  ConsumeOptions,
  OutgoingMessage,
  PartitionEnds,
  Stream,
  StreamConsumer,
  Topic,
} from './stream.port.ts';

export interface KafkaOptions extends Omit<KafkaConnection, 'log'> {
  /** Of what is sent; `lz4` unless said otherwise. All are read. */
  readonly compression?: Compression;
  /** Longest time that one `send` takes, in milliseconds; 10 s unless said otherwise. */
  readonly sendTimeoutMs?: number;
  /** Most bytes on their way in all sends together; 64 MB unless said otherwise. */
  readonly maxInFlightBytes?: number;
  /** Longest time of every other request, in milliseconds; 10 s unless said otherwise. */
  readonly requestTimeoutMs?: number;
  /** A member that is not heard of for so long loses its partitions; 15 s unless said otherwise. */
  readonly sessionTimeoutMs?: number;
  /** How long a group waits for its members when partitions are given out anew; 30 s unless said otherwise. */
  readonly rebalanceTimeoutMs?: number;
  /** Batches (of different partitions) that one consumer handles at once; 4 unless said otherwise. */
  readonly partitionsAtOnce?: number;
  readonly logger: Logger;
}

const DEFAULTS = {
  compression: 'lz4',
  sendTimeoutMs: 10_000,
  maxInFlightBytes: 64 * 1024 * 1024,
  requestTimeoutMs: 10_000,
  sessionTimeoutMs: 15_000,
  rebalanceTimeoutMs: 30_000,
  partitionsAtOnce: 4,
} as const;

type Settings = Required<KafkaOptions> & KafkaConnection;

/**
 * Kafka through kafkajs. Connects when first used (see `ping`), so a broker that is away keeps nobody from opening it,
 * and recovers by itself once it is back.
 * @throws AppError `start-refused` where no broker is named.
 */
export async function openKafka(options: KafkaOptions): Promise<Stream> {
  if (options.brokers.length === 0)
    throw new AppError('start-refused', 'No Kafka broker is named; name one as host:port.');
  return new KafkaStream({ ...DEFAULTS, ...options, log: new KafkaLog(options.logger) });
}

class KafkaStream implements Stream {
  readonly #settings: Settings;
  readonly #admin: KafkaAdmin;
  readonly #producer: KafkaProducer;
  readonly #consumers = new Set<KafkaConsumer>();
  #closing: Promise<void> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#admin = new KafkaAdmin(settings, settings.requestTimeoutMs);
    this.#producer = new KafkaProducer(settings, settings);
  }

  topics(names: readonly string[]): Promise<Topic[]> {
    return this.#admin.topics(names);
  }

  createTopic(topic: { name: string; partitions: number; compacted: boolean }): Promise<void> {
    return this.#admin.createTopic(topic);
  }

  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#producer.send(topic, messages);
  }

  async consume(options: ConsumeOptions): Promise<StreamConsumer> {
    if (this.#closing !== null) throw closedError();
    let consumer: KafkaConsumer | null = null;
    const onEnded = (error: Error | null) => {
      if (consumer !== null) this.#consumers.delete(consumer);
      options.onEnded(error);
    };
    consumer = await consumeKafka(
      this.#settings,
      this.#settings,
      { ...options, onEnded },
      this.#settings.logger,
    );
    this.#consumers.add(consumer);
    if (this.#closing !== null) {
      await consumer.close();
      throw closedError();
    }
    return consumer;
  }

  ends(topic: string): Promise<PartitionEnds[]> {
    return this.#admin.ends(topic);
  }

  ping(): Promise<void> {
    return this.#admin.ping();
  }

  /** Consumers first, then what is being sent. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    await Promise.allSettled([...this.#consumers].map((consumer) => consumer.close()));
    await this.#producer.close();
    this.#admin.close();
  }
}
