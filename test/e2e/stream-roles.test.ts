import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices, type RunningService, runService } from '../../scripts/run-service.ts';
import { openKafka, type Stream } from '../../src/stream/index.ts';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server/index.ts';
import { type Broker, missingForBroker, startBroker } from '../support/kafka/index.ts';
import { type PostgresServer, running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { armsOf, ask, call, defineExperiment, expectArms, readiness, unitsFrom } from './stream-api.ts';

const run = promisify(execFile);
const ASSAY = join(dirname(dirname(import.meta.dirname)), 'bin/assay');
const TOPIC = 'roles.events';
const PARTITIONS = 4;
/** What a supervisor gives a process that is told to end. */
const STOPPED_WITHIN_MS = 10_000;
/** How another producer's topic is read whose events have a form of their own. */
const SOURCES = [
  {
    topic: 'shop.orders',
    type: 'conversion',
    fields: {
      id: 'order.number',
      ts: 'placedAt',
      environment: '=production',
      'unit.type': '=user',
      'unit.id': 'customer',
      name: '=purchase',
      'attributes.country': 'address.country',
    },
  },
  { topic: 'flags.exposures', type: 'impression' },
];

const postgres = await startPostgres();
if ('skipped' in postgres) requireOrSkip('postgres', postgres.skipped);
const missing = await missingForBroker();
if (missing !== null) requireOrSkip('kafka', missing);
const skipped = missing !== null || 'skipped' in postgres;

describe.skipIf(skipped)('processes in roles that share Kafka, Postgres and ClickHouse', () => {
  let directory: string;
  let database: PostgresServer;
  let engine: ClickHouseServer;
  let broker: Broker;
  let stream: Stream;
  let env: Readonly<Record<string, string>>;
  let serve: RunningService;
  let collect: RunningService;
  let ingesters: RunningService[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'assay-roles-'));
    database = running(postgres);
    [engine, broker] = await Promise.all([startClickHouseServer(), startBroker()]);
    stream = await openKafka({
      brokers: [broker.brokers],
      clientId: 'other-producer',
      sasl: null,
      tls: null,
      compression: 'snappy',
      logger: pino({ level: 'silent' }),
    });
    for (const { topic } of SOURCES)
      await stream.createTopic({ name: topic, partitions: 1, compacted: false });
    const sources = join(directory, 'sources.json');
    writeFileSync(sources, JSON.stringify(SOURCES));
    env = {
      CLICKHOUSE_URL: engine.url,
      DATABASE_URL: database.url,
      KAFKA_BROKERS: broker.brokers,
      KAFKA_TOPIC: TOPIC,
      KAFKA_PARTITIONS: String(PARTITIONS),
      KAFKA_SOURCES_FILE: sources,
    };
    serve = await start('work,serve');
    collect = await start('collect');
    ingesters = [await start('ingest'), await start('ingest')];
    await defineExperiment(serve);
  }, 300_000);
  afterAll(async () => {
    killAllServices();
    await stream?.close();
    await Promise.all([engine?.stop(), broker?.stop(), database?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  function start(roles: string): Promise<RunningService> {
    return runService({ dataDirectory: join(directory, 'unused'), env: { ...env, ASSAY_ROLES: roles } });
  }

  /** The partitions of our topic that a process says it reads. */
  async function partitionsOf(service: RunningService): Promise<number[]> {
    const { detail } = await readiness(service, 'stream');
    return [...detail.matchAll(/roles\.events\/(\d+): lag/g)].map(([, partition]) => Number(partition));
  }

  const send = (topic: string, ...values: readonly (string | object)[]) =>
    stream.send(
      topic,
      values.map((value) => ({
        partition: 0,
        key: null,
        value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
        headers: {},
      })),
    );

  it('bring events from HTTP to the results, each process doing its part', async () => {
    await ask(collect, '/api/v1/events', unitsFrom(0, 400));
    await expectArms(serve, armsOf(400));
    expect((await call(serve, '/api/v1/events', unitsFrom(0, 1))).status).toBe(404);
    expect((await call(collect, '/api/v1/experiments')).status).toBe(404);
    expect(await readiness(collect, 'stream')).toMatchObject({ ok: true, detail: 'the broker answers' });
  });

  it('share the partitions between the ingesters', async () => {
    await expect
      .poll(async () => (await Promise.all(ingesters.map(partitionsOf))).map(({ length }) => length), {
        timeout: 30_000,
      })
      .toEqual([2, 2]);
    const read = (await Promise.all(ingesters.map(partitionsOf))).flat();
    expect(read.sort()).toEqual([0, 1, 2, 3]);
  });

  it('take other producers’ events from topics of their own, in their own form', async () => {
    const order = (n: number) => ({
      order: { number: `o${n}` },
      placedAt: '2026-03-01T10:00:00+01:00',
      customer: `foreign-${n}`,
      address: { country: 'DE' },
    });
    const met = (n: number) => ({
      id: `x${n}`,
      ts: '2026-03-01T08:00:00Z',
      environment: 'production',
      unit: { type: 'user', id: `foreign-${n}` },
      flag: 'checkout-v2',
      variant: n % 2 === 0 ? 'control' : 'treatment',
    });
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await send('flags.exposures', numbers.slice(0, 10).map(met), ...numbers.slice(10).map(met));
    await send('shop.orders', ...numbers.slice(0, 8).map(order));
    // A retry of theirs, under another offset.
    await send('shop.orders', ...numbers.slice(0, 8).map(order));
    const { control, treatment } = armsOf(400);
    await expectArms(serve, {
      control: [control[0] + 10, control[1] + 4],
      treatment: [treatment[0] + 10, treatment[1] + 4],
    });
  });

  it('keep what they cannot take, show where it stood, and take it once it is mended', async () => {
    const early = { order: { number: 'late' }, placedAt: 'yesterday', customer: 'foreign-9' };
    // The country is too long for an attribute; whoever reads it without one can take it.
    const long = {
      order: { number: 'long' },
      placedAt: '2026-03-01T10:00:00Z',
      customer: 'foreign-9',
      address: { country: 'x'.repeat(1001) },
    };
    await send('shop.orders', 'no json', early, long);
    const dead = (...args: readonly string[]) =>
      run(ASSAY, ['dead-letters', ...args, '--url', collect.base, '--token', collect.token]);
    await expect
      .poll(
        async () => (await dead('list', '--sender', 'kafka:shop.orders', '--json')).stdout.split('\n').length,
        {
          timeout: 30_000,
        },
      )
      .toBe(4);
    const { stdout } = await dead('list', '--sender', 'kafka:shop.orders');
    expect(stdout).toMatch(/ {2}not-json {2}kafka:shop\.orders, partition 0, offset 16, index 0 /);
    expect(stdout).toMatch(/ {2}invalid-ts {2}kafka:shop\.orders, partition 0, offset 17, index 0 /);
    expect(stdout).toMatch(/ {2}invalid-attributes {2}kafka:shop\.orders, partition 0, offset 18, index 0 /);
    const { end } = (await stream.ends('assay.dead-letters'))[0] ?? {};
    expect(end).toBe(3);

    const sources = join(directory, 'mended.json');
    const mended = SOURCES.map(({ fields, ...rest }) => {
      const { 'attributes.country': _, ...kept } = fields ?? {};
      return { ...rest, fields: kept };
    });
    writeFileSync(sources, JSON.stringify(mended));
    const replay = ['replay', '--sender', 'kafka:shop.orders', '--sources', sources];
    const before = (await dead('list', '--json')).stdout;
    expect((await dead(...replay, '--dry-run')).stdout).toMatch(/^3 events: 1 would be accepted, 1 would be/);
    expect((await dead(...replay)).stdout).toMatch(
      /^3 events: 1 accepted, 0 known already, 1 rejected again, 1 left out\nRejected again: 1 invalid-ts\n/,
    );
    expect((await dead(...replay)).stdout).toMatch(
      /^3 events: 0 accepted, 1 known already, 1 rejected again/,
    );
    const { control, treatment } = armsOf(400);
    await expectArms(serve, {
      control: [control[0] + 10, control[1] + 4],
      treatment: [treatment[0] + 10, treatment[1] + 5],
    });
    expect((await dead('list', '--json')).stdout).toBe(before);
  });

  it('go on where an ingester that was killed had come, and lose and double nothing', async () => {
    const [victim, survivor] = ingesters;
    if (victim === undefined || survivor === undefined) throw new Error('there are two ingesters');
    const posts: Promise<unknown>[] = [];
    for (let from = 400; from < 2400; from += 100) {
      posts.push(ask(collect, '/api/v1/events', unitsFrom(from, from + 100)));
      if (from === 1400) victim.process.kill('SIGKILL');
    }
    await Promise.all(posts);
    expect(await victim.stop()).toBeNull();
    await expect
      .poll(async () => (await partitionsOf(survivor)).sort(), { timeout: 60_000, interval: 500 })
      .toEqual([0, 1, 2, 3]);
    const { control, treatment } = armsOf(2400);
    await expectArms(serve, {
      control: [control[0] + 10, control[1] + 4],
      treatment: [treatment[0] + 10, treatment[1] + 5],
    });
    const count = "SELECT count() AS n FROM raw_impressions WHERE startsWith(id, 'i-')";
    const answer = await fetch(`${engine.url}/?default_format=TabSeparated`, { method: 'POST', body: count });
    expect(Number(await answer.text())).toBe(2400);
  }, 180_000);

  it('end when they are told to, and give their partitions to others at once', async () => {
    ingesters = [...ingesters.slice(1), await start('ingest')];
    const [first, second] = ingesters;
    if (first === undefined || second === undefined) throw new Error('there are two ingesters');
    await expect
      .poll(async () => (await partitionsOf(second)).length, { timeout: 30_000 })
      .toBe(PARTITIONS / 2);
    const posts = [24, 25, 26, 27].map((n) =>
      ask(collect, '/api/v1/events', unitsFrom(n * 100, n * 100 + 100)),
    );
    const toldAt = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(STOPPED_WITHIN_MS);
    await Promise.all(posts);
    const { control, treatment } = armsOf(2800);
    await expectArms(serve, {
      control: [control[0] + 10, control[1] + 4],
      treatment: [treatment[0] + 10, treatment[1] + 5],
    });
    for (const service of [second, collect, serve]) {
      const at = performance.now();
      expect(await service.stop()).toBe(0);
      expect(performance.now() - at).toBeLessThan(STOPPED_WITHIN_MS);
    }
  }, 180_000);
});
