import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type RunningService, runService } from '../../scripts/run-service.ts';
import { type ClickHouse, openServerClickHouse } from '../../src/stores/clickhouse/index.ts';
import { openServerPostgres, type Postgres } from '../../src/stores/postgres/index.ts';
import { openKafka, type Stream } from '../../src/stream/index.ts';
import { startClickHouseServer } from '../../test/support/clickhouse-server/index.ts';
import { startBroker } from '../../test/support/kafka/index.ts';
import { running, startPostgres } from '../../test/support/postgres/index.ts';

export const TOPIC = 'assay.events';

/** Broker and stores of their own, empty; services are started one by one. */
export interface Deployment {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly stream: Stream;
  readonly services: Record<string, RunningService>;
  /** The compiled service with these roles, known by this name. */
  start(name: string, roles: string, env?: Readonly<Record<string, string>>): Promise<RunningService>;
  pids(): Record<string, number | undefined>;
  /** Messages of the topic that are not yet in the tables; all of them as long as nobody reads. */
  behind(): Promise<number>;
  rows(): Promise<number>;
  close(): Promise<void>;
}

const limits = { maxSeconds: 60, maxMemoryBytes: 2_000_000_000 };

export async function deploy(partitions: number): Promise<Deployment> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-stream-'));
  const [broker, engine, server] = await Promise.all([
    startBroker(),
    startClickHouseServer({ directory: join(directory, 'clickhouse') }),
    startPostgres(),
  ]);
  const database = running(server);
  const clickhouse = openServerClickHouse({ url: engine.url });
  const postgres = openServerPostgres({ url: database.url });
  const logger = pino({ level: 'warn' });
  const stream = await openKafka({
    ...{ brokers: [broker.brokers], clientId: 'bench', sasl: null, tls: null, logger },
  });
  await stream.createTopic({ name: TOPIC, partitions, compacted: false });
  const services: Record<string, RunningService> = {};
  return {
    ...{ clickhouse, postgres, stream, services },
    async start(name, roles, env = {}) {
      const service = await runService({
        dataDirectory: directory,
        env: {
          ASSAY_ROLES: roles,
          CLICKHOUSE_URL: engine.url,
          DATABASE_URL: database.url,
          KAFKA_BROKERS: broker.brokers,
          KAFKA_TOPIC: TOPIC,
          ...env,
        },
      });
      services[name] = service;
      return service;
    },
    pids: () =>
      Object.fromEntries(Object.entries(services).map(([name, { process }]) => [name, process.pid])),
    async behind() {
      const ends = await stream.ends(TOPIC);
      const marks = await postgres.query<{ partition: number; next: string }>(
        'SELECT partition, next_offset::text AS next FROM stream_partitions WHERE topic = $1',
        [TOPIC],
      );
      const next = new Map(marks.map((mark) => [mark.partition, Number(mark.next)]));
      return ends.reduce((sum, { partition, end }) => sum + end - (next.get(partition) ?? 0), 0);
    },
    async rows() {
      const [found] = await clickhouse.query<{ n: string }>({
        sql: 'SELECT (SELECT count() FROM raw_impressions) + (SELECT count() FROM raw_conversions) AS n',
        limits,
      });
      return Number(found?.n);
    },
    async close() {
      for (const service of Object.values(services)) await service.stop();
      await stream.close();
      await clickhouse.close();
      await postgres.close();
      await Promise.all([broker.stop(), engine.stop(), database.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
