import { AppError } from '../errors.ts';
import { createKafkaClient, type KafkaClient, type KafkaConnection } from './kafka-client.ts';
import { hasType, toAppError } from './kafka-error.ts';
import type { BrokerConnection, ClusterConnection } from './kafkajs-internals.ts';
import type { PartitionEnds, Topic } from './stream.port.ts';
import { askMetadata, type ClusterMetadata, type TopicMetadata, tellsTopicIds } from './topic-metadata.ts';
import { within } from './within.ts';

const UNKNOWN_TOPIC = 3;
const LATEST = -1;
const EARLIEST = -2;
const READ_COMMITTED = 1;
const POLL_MS = 50;
/** What is said of a topic that has only just been made. */
const STARTING = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'] as const;

/** Requests about topics and the cluster, each within a bounded time. */
export class KafkaAdmin {
  readonly #connection: KafkaConnection;
  readonly #timeoutMs: number;
  #client: KafkaClient | null = null;
  #closed = false;

  constructor(connection: KafkaConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  async topics(names: readonly string[]): Promise<Topic[]> {
    if (names.length === 0) return [];
    const { topics } = await this.#run(({ cluster }) => metadataOf(cluster, names));
    return topics
      .filter(({ errorCode }) => errorCode !== UNKNOWN_TOPIC)
      .map(({ name, id, partitions }) => ({ name, id, partitions: partitions.length }));
  }

  async createTopic(topic: { name: string; partitions: number; compacted: boolean }): Promise<void> {
    await this.#run(async ({ cluster }) => {
      if ((await topicOf(cluster, topic.name)) === null) await create(cluster, topic, this.#timeoutMs);
      // A broker is named as the leader a moment before it knows that it is.
      for (;;) {
        try {
          return await endsOf(cluster, topic.name);
        } catch (error) {
          if (!STARTING.some((type) => hasType(error, type))) throw error;
          await pause();
        }
      }
    });
  }

  ends(topic: string): Promise<PartitionEnds[]> {
    return this.#run(({ cluster }) => endsOf(cluster, topic));
  }

  async ping(): Promise<void> {
    const { brokers } = await this.#run(({ cluster }) => metadataOf(cluster, []));
    if (brokers.length === 0)
      throw new AppError('unavailable', 'Kafka knows no live broker; check that it runs, then try again.', {
        retryAfterSeconds: 2,
      });
  }

  close(): void {
    this.#closed = true;
    this.#discard(this.#client);
  }

  /** A connection that failed may be broken for good, so the second try has a new one. */
  async #run<T>(work: (client: KafkaClient) => Promise<T>): Promise<T> {
    const end = performance.now() + this.#timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const client = this.#open();
      const leftMs = end - performance.now();
      const patienceMs = attempt === 1 ? leftMs / 2 : leftMs;
      try {
        return await within(patienceMs, work(client), 'Kafka did not answer in time; try again later.');
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === 'unavailable') this.#discard(client);
        if (error.code !== 'unavailable' || attempt === 2 || this.#closed) throw error;
      }
    }
  }

  #open(): KafkaClient {
    if (this.#closed) throw closedError();
    this.#client ??= createKafkaClient(this.#connection, {
      requestTimeoutMs: this.#timeoutMs,
      // Each try takes the next of the brokers that are named.
      retries: Math.max(2, this.#connection.brokers.length),
    });
    return this.#client;
  }

  #discard(client: KafkaClient | null): void {
    client?.sockets.cut();
    if (this.#client === client) this.#client = null;
  }
}

/** What is said to whoever comes after `close`. */
export function closedError(): AppError {
  return new AppError(
    'unavailable',
    'The stream is closed because the service is stopping; try again once it is back.',
  );
}

async function metadataOf(cluster: ClusterConnection, names: readonly string[]): Promise<ClusterMetadata> {
  const broker = await cluster.brokerPool.findConnectedBroker();
  if (!tellsTopicIds(broker))
    throw new AppError('store-failed', 'This Kafka does not tell the ids of topics; use Kafka 3.7 or later.');
  return askMetadata(broker, names);
}

async function topicOf(cluster: ClusterConnection, name: string): Promise<TopicMetadata | null> {
  const { topics } = await metadataOf(cluster, [name]);
  return topics.find(({ errorCode }) => errorCode !== UNKNOWN_TOPIC) ?? null;
}

interface LedPartition {
  readonly partition: number;
  readonly leader: number;
}

/** The topic's partitions once each has a leader; waits for that as long as the caller does. */
async function leadersOf(cluster: ClusterConnection, name: string): Promise<LedPartition[]> {
  for (;;) {
    const partitions = (await topicOf(cluster, name))?.partitions ?? [];
    const led = partitions.flatMap(({ partition, leader }) =>
      leader === null ? [] : [{ partition, leader }],
    );
    if (led.length > 0 && led.length === partitions.length) return led;
    await pause();
  }
}

async function endsOf(cluster: ClusterConnection, topic: string): Promise<PartitionEnds[]> {
  // So that kafkajs knows where each leader is.
  await cluster.brokerPool.refreshMetadata([topic]);
  const partitions = await leadersOf(cluster, topic);
  const leaders = [...new Set(partitions.map(({ leader }) => leader))];
  const perLeader = await Promise.all(
    leaders.map(async (leader) => {
      const broker = await brokerOf(cluster, leader);
      const led = partitions.filter((partition) => partition.leader === leader);
      const numbers = led.map(({ partition }) => partition);
      // The first after the end: what is deleted meanwhile never leaves an end before it.
      const ends = await offsetsAt(broker, topic, numbers, LATEST);
      const firsts = await offsetsAt(broker, topic, numbers, EARLIEST);
      return numbers.map((partition) => ({
        partition,
        first: firsts.get(partition) ?? 0,
        end: ends.get(partition) ?? 0,
      }));
    }),
  );
  return perLeader.flat().sort((a, b) => a.partition - b.partition);
}

async function create(
  cluster: ClusterConnection,
  { name, partitions, compacted }: { name: string; partitions: number; compacted: boolean },
  timeout: number,
): Promise<void> {
  const configEntries = compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [];
  // As many replicas as the cluster makes by default.
  const topics = [{ topic: name, numPartitions: partitions, replicationFactor: -1, configEntries }];
  try {
    await (await cluster.brokerPool.findConnectedBroker()).createTopics({ topics, timeout });
  } catch (error) {
    if (hasType(error, 'TOPIC_ALREADY_EXISTS')) return;
    // Brokers pass it on to the controller, but not those that still have a ZooKeeper.
    if (!hasType(error, 'NOT_CONTROLLER')) throw error;
    await cluster.brokerPool.refreshMetadata([]);
    const { controller } = await metadataOf(cluster, []);
    await (await brokerOf(cluster, controller)).createTopics({ topics, timeout });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function brokerOf(cluster: ClusterConnection, nodeId: number): Promise<BrokerConnection> {
  return cluster.brokerPool.findBroker({ nodeId });
}

async function offsetsAt(
  broker: BrokerConnection,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<Map<number, number>> {
  const { responses } = await broker.listOffsets({
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
  });
  return new Map(
    responses.flatMap((response) =>
      response.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    ),
  );
}
