import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ClickHouse, openServerClickHouse } from '../../src/stores/clickhouse/index.ts';
import { openServerPostgres, type Postgres } from '../../src/stores/postgres/index.ts';
import { startClickHouseServer } from '../support/clickhouse-server/index.ts';
import { startBroker } from '../support/kafka/index.ts';
import type { PostgresServer } from '../support/postgres/index.ts';
import type { HttpProducerSettings } from './http-producer-process.ts';
import type { StreamProducerSettings } from './stream-producer-process.ts';
import { ScriptVictim, ServiceVictim, type Victim } from './victims.ts';

export const TOPIC = 'assay.events';
const TOKEN = 'assay-token-for-chaos';
const BATCH = 250;

export interface ClusterOptions {
  /** Logs, journals and the engine's data. */
  readonly directory: string;
  readonly seed: number;
  /** Empty; stays its owner's. */
  readonly database: PostgresServer;
  readonly collectors: number;
  readonly ingesters: number;
  readonly partitions: number;
  /** Offered over HTTP, and by somebody else's producer straight to the topic. */
  readonly eventsPerSecond: { readonly http: number; readonly stream: number };
  readonly onUnexpectedEnd: (what: string) => void;
}

/** Everything that a deployment consists of, in processes of their own. */
export interface Cluster {
  readonly brokers: string;
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly journals: readonly string[];
  readonly producers: readonly Victim[];
  readonly services: readonly Victim[];
  readonly stores: readonly Victim[];
  close(): Promise<void>;
}

/** Starts broker, stores, collectors, ingesters and producers. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { directory, seed, database, eventsPerSecond } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closers.reverse()) await step();
  };
  try {
    const [broker, engine] = await Promise.all([
      startBroker(),
      startClickHouseServer({ directory: makeDirectory(directory, 'clickhouse') }),
    ]);
    closers.push(
      () => broker.stop(),
      () => engine.stop(),
    );
    const clickhouse = openServerClickHouse({ url: engine.url });
    const postgres = openServerPostgres({ url: database.url });
    closers.push(
      () => clickhouse.close(),
      () => postgres.close(),
    );
    const stores: Victim[] = [
      { name: 'broker', kind: 'broker', ...storeOf(broker), pausing: broker },
      { name: 'engine', kind: 'engine', ...storeOf(engine), pausing: engine },
      { name: 'postgres', kind: 'postgres', ...storeOf(database), pausing: null },
    ];
    const env = {
      CLICKHOUSE_URL: engine.url,
      DATABASE_URL: database.url,
      KAFKA_BROKERS: broker.brokers,
      KAFKA_TOPIC: TOPIC,
      KAFKA_PARTITIONS: String(options.partitions),
      ASSAY_TOKEN: TOKEN,
    };
    const service = (kind: 'collector' | 'ingester', role: string) => async (_: unknown, i: number) => {
      const port = await freePort();
      const victim = new ServiceVictim({
        name: `${kind}-${i + 1}`,
        kind,
        directory,
        env: { ...env, ASSAY_ROLES: role, PORT: String(port) },
        onUnexpectedEnd: options.onUnexpectedEnd,
      });
      return { victim, url: `http://127.0.0.1:${port}` };
    };
    const collectors = await Promise.all(
      Array.from({ length: options.collectors }, service('collector', 'collect')),
    );
    const ingesters = await Promise.all(
      Array.from({ length: options.ingesters }, service('ingester', 'ingest')),
    );
    const services = [...collectors, ...ingesters].map(({ victim }) => victim);
    closers.push(() => Promise.all(services.map((victim) => victim.kill())));
    // One first: it migrates the stores and makes the topics.
    for (const victim of services.slice(0, 1)) await victim.start();
    await Promise.all(services.slice(1).map((victim) => victim.start()));

    const journalOf = (name: string) => join(directory, `${name}.journal`);
    const workload = { seed, eventsPerBatch: BATCH, startedAt: Date.now() };
    const http: HttpProducerSettings = {
      journal: journalOf('http-producer'),
      workload: { ...workload, producer: 'h' },
      batchesPerSecond: eventsPerSecond.http / BATCH,
      atOnce: 40,
      token: TOKEN,
      collectors: collectors.map(({ victim, url }) => ({ name: victim.name, url })),
    };
    const stream: StreamProducerSettings = {
      journal: journalOf('stream-producer'),
      workload: { ...workload, producer: 's', eventsPerBatch: BATCH / 5 },
      batchesPerSecond: (eventsPerSecond.stream / BATCH) * 5,
      atOnce: 4,
      brokers: broker.brokers.split(','),
      topic: TOPIC,
    };
    const producers = [
      new ScriptVictim('http-producer', './http-producer-process.ts', http, directory),
      new ScriptVictim('stream-producer', './stream-producer-process.ts', stream, directory),
    ];
    closers.push(() => Promise.all(producers.map((victim) => victim.kill())));
    for (const producer of producers) await producer.start();
    const journals = [http.journal, stream.journal];
    return { brokers: broker.brokers, clickhouse, postgres, journals, producers, services, stores, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function storeOf(server: { kill(): Promise<void>; restart(): Promise<void> }) {
  return {
    kill: () => server.kill(),
    start: () => server.restart(),
    terminate: null,
    pid: () => undefined,
  };
}

function makeDirectory(...parts: [string, ...string[]]): string {
  const directory = join(...parts);
  mkdirSync(directory, { recursive: true });
  return directory;
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}
