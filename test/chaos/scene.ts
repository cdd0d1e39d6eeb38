import { setTimeout as timeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { Collector, StreamWriter } from '../../src/collect/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { openKafka, type Stream } from '../../src/stream/index.ts';
import { StreamIngest, type StreamIngestOptions } from '../../src/stream-ingest/index.ts';
import type { TestStores } from '../stream-ingest/open-stores.ts';
import type { Broker } from '../support/kafka/index.ts';
import { type CheckReport, check } from './check.ts';
import { readTopic } from './read-topic.ts';
import { TABLES } from './topic-rows.ts';
import { untilRead } from './until-read.ts';
import { batchOf, type Workload } from './workload.ts';

const limits = { maxSeconds: 30, maxMemoryBytes: 1_000_000_000 };
const BATCH = 60;
const DEADLINE_MS = 90_000;
const DEAD_LETTERS = 'dead-letters';

export interface IngestOfScene {
  readonly ingest: StreamIngest;
  readonly registry: Registry;
  /** Leaves the group and closes the connection. */
  close(): Promise<void>;
}

/** One topic with its producers and readers, over stores that hold nothing else. */
export class Scene {
  static #count = 0;
  readonly topic: string;
  readonly group: string;
  readonly workload: Workload;
  readonly stores: TestStores;
  readonly #broker: Broker;
  readonly #logger: Logger = pino({ level: process.env['SCENE_LOG'] ?? 'silent' });
  readonly #sent = new Set<number>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly stream: Stream;
  readonly #writer: StreamWriter;

  private constructor(broker: Broker, stores: TestStores, stream: Stream) {
    Scene.#count += 1;
    this.topic = `scene-${Scene.#count}`;
    this.group = `group-${Scene.#count}`;
    this.workload = {
      ...{ producer: 'h', seed: Scene.#count, eventsPerBatch: BATCH },
      startedAt: Date.now() - 3_600_000,
    };
    this.#broker = broker;
    this.stores = stores;
    this.stream = stream;
    this.#writer = new StreamWriter({
      ...{ stream, topic: this.topic, logger: this.#logger, registry: new Registry() },
    });
    this.#closers.push(() => stream.close());
  }

  static async open(broker: Broker, stores: TestStores, partitions = 3): Promise<Scene> {
    for (const table of TABLES) await stores.clickhouse.command({ sql: `TRUNCATE TABLE ${table}`, limits });
    const stream = await connect(broker, pino({ level: 'silent' }));
    const scene = new Scene(broker, stores, stream);
    await stream.createTopic({ name: DEAD_LETTERS, partitions: 1, compacted: false });
    await stream.createTopic({ name: scene.topic, partitions, compacted: false });
    return scene;
  }

  /** Another member of the group. */
  async startIngest(options: Partial<StreamIngestOptions> = {}): Promise<IngestOfScene> {
    const stream = await connect(this.#broker, this.#logger);
    const registry = new Registry();
    const ingest = StreamIngest.open({
      ...this.stores,
      ...{ stream, registry, logger: this.#logger, owner: `reader-${this.#closers.length}` },
      ...{ group: this.group, topics: [{ name: this.topic, type: null, fields: {} }] },
      ...{ deadLetterTopic: DEAD_LETTERS, lingerMs: 20, limits: { messages: 7, bytes: 1_000_000 } },
      ...options,
    });
    let closed: Promise<void> | null = null;
    const close = () => {
      closed ??= ingest.close().then(() => stream.close());
      return closed;
    };
    this.#closers.push(close);
    return { ingest, registry, close };
  }

  /** A collector in front of the topic. */
  collector(): Collector {
    return new Collector({ write: (rows) => this.#writer.write(rows), registry: new Registry() });
  }

  /** The n-th batch through a collector, as often as it takes; gives how often it was refused. */
  async post(collector: Collector, n: number): Promise<number> {
    const body = Buffer.from(JSON.stringify(batchOf(this.workload, n)));
    const request = { body, contentType: 'application/json', contentEncoding: undefined, sender: 'scene' };
    for (let refused = 0; ; refused += 1) {
      try {
        await collector.collect({ ...request, now: Date.now() });
        this.#sent.add(n);
        return refused;
      } catch {
        await timeout(200);
      }
    }
  }

  /** The n-th batch as somebody else's producer writes it: single events and arrays. */
  async send(n: number): Promise<void> {
    const events = batchOf(this.workload, n);
    const texts =
      n % 2 === 0
        ? events.map((event) => JSON.stringify(event))
        : [JSON.stringify(events.slice(0, 20)), JSON.stringify(events.slice(20))];
    const [topic] = await this.stream.topics([this.topic]);
    await this.stream.send(
      this.topic,
      texts.map((text, i) => ({
        ...{
          partition: (n + i) % (topic?.partitions ?? 1),
          key: null,
          value: Buffer.from(text),
          headers: {},
        },
      })),
    );
    this.#sent.add(n);
  }

  /** What was sent so far need not be there any more. */
  forgetSent(): void {
    this.#sent.clear();
  }

  async sendAll(from: number, to: number): Promise<void> {
    for (let n = from; n < to; n += 1) await this.send(n);
  }

  untilRead(): Promise<string> {
    const { topic } = this;
    return untilRead({ brokers: this.#broker.brokers, topic, postgres: this.stores.postgres }, DEADLINE_MS);
  }

  /** Waits until everything is read, then compares. */
  async compare(): Promise<CheckReport> {
    const topicId = await this.untilRead();
    const topic = await readTopic(this.#broker.brokers, this.topic, DEADLINE_MS);
    const { clickhouse } = this.stores;
    const journal = { workload: this.workload, sent: new Map(), accepted: this.#sent, complaints: [] };
    return check({ topic, topicId, clickhouse, journals: [journal] });
  }

  async rows(): Promise<number> {
    return countRows(this.stores.clickhouse);
  }

  admin() {
    const { Kafka, logLevel } = kafkajs;
    return new Kafka({ brokers: [this.#broker.brokers], logLevel: logLevel.NOTHING }).admin();
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }
}

async function connect(broker: Broker, logger: Logger): Promise<Stream> {
  return openKafka({
    ...{ brokers: [broker.brokers], clientId: 'scene', sasl: null, tls: null, logger },
    ...{ sendTimeoutMs: 2000, requestTimeoutMs: 3000, sessionTimeoutMs: 4000, rebalanceTimeoutMs: 8000 },
  });
}

async function countRows(clickhouse: ClickHouse): Promise<number> {
  const counts = await Promise.all(
    TABLES.map((table) =>
      clickhouse.query<{ n: string }>({ sql: `SELECT count() AS n FROM ${table}`, limits }),
    ),
  );
  return counts.flat().reduce((sum, { n }) => sum + Number(n), 0);
}

/** Looks again and again until it is so. @throws Error after a minute. */
export async function eventually(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`not within a minute: ${what}`);
    await timeout(50);
  }
}

/** What a counter says, all its labels together or those that are named. */
export async function counted(
  registry: Registry,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const metric = await registry.getSingleMetric(name)?.get();
  return (metric?.values ?? [])
    .filter((value) => Object.entries(labels).every(([label, text]) => value.labels[label] === text))
    .reduce((sum, { value }) => sum + value, 0);
}
