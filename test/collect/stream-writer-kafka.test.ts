import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectorLimits } from '../../src/collect/collector.ts';
import { Collector, StreamWriter } from '../../src/collect/index.ts';
import { AppError } from '../../src/errors.ts';
import { decodeEnvelope } from '../../src/events/index.ts';
import { type IncomingMessage, openKafka, type Stream } from '../../src/stream/index.ts';
import { conversion, impression } from '../events/samples.ts';
import { type Broker, missingForBroker, startBroker } from '../support/kafka/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { jsonRequest } from './requests.ts';

const missing = await missingForBroker();
if (missing !== null) requireOrSkip('kafka', missing);

const logger = pino({ level: 'silent' });
const SEND_TIMEOUT_MS = 1500;

interface Row {
  readonly partition: number;
  readonly unit: string;
  readonly id: string;
}

describe.skipIf(missing !== null)('a collector that writes to Kafka', () => {
  let broker: Broker;
  let stream: Stream;
  let topics = 0;
  let topic = '';
  const open = (): Promise<Stream> =>
    openKafka({
      brokers: [broker.brokers],
      clientId: 'collector-test',
      sasl: null,
      tls: null,
      logger,
      sendTimeoutMs: SEND_TIMEOUT_MS,
      requestTimeoutMs: SEND_TIMEOUT_MS,
    });

  beforeAll(async () => {
    broker = await startBroker();
    stream = await open();
  }, 300_000);
  afterAll(async () => {
    await stream?.close();
    await broker?.stop();
  });

  async function makeTopic(partitions: number): Promise<void> {
    topics += 1;
    topic = `events-${topics}`;
    await stream.createTopic({ name: topic, partitions, compacted: false });
  }

  function collectorOf(limits: Partial<CollectorLimits> = {}) {
    const registry = new Registry();
    const writer = new StreamWriter({ stream, topic, logger, registry });
    return { registry, collector: new Collector({ write: (rows) => writer.write(rows), registry, limits }) };
  }

  /** All messages of the topic, by partition. */
  async function readTopic(): Promise<Map<number, IncomingMessage[]>> {
    const ends = await stream.ends(topic);
    const left = new Map(ends.filter(({ end }) => end > 0).map(({ partition, end }) => [partition, end]));
    const found = new Map<number, IncomingMessage[]>();
    const done = Promise.withResolvers<void>();
    if (left.size === 0) done.resolve();
    const consumer = await stream.consume({
      group: `reader-of-${topic}`,
      topics: [topic],
      maxBytes: 16_000_000,
      maxBytesPerPartition: 4_000_000,
      onAssigned: () => undefined,
      onEnded: (error) => done.reject(error ?? new Error('the reader has ended')),
      onBatch: async ({ partition, messages }) => {
        found.set(partition, [...(found.get(partition) ?? []), ...messages]);
        const next = (messages.at(-1)?.offset ?? -1) + 1;
        if (next >= (left.get(partition) ?? 0)) left.delete(partition);
        if (left.size === 0) done.resolve();
        return { next, done: null, afterMs: 0 };
      },
    });
    await done.promise;
    await consumer.close();
    return found;
  }

  const sectionsOf = async (kind: 'impressions' | 'conversions' | 'deadLetters') =>
    [...(await readTopic())].flatMap(([partition, messages]) =>
      messages.flatMap(({ headers, value }) => {
        const envelope = decodeEnvelope(headers, value ?? Buffer.alloc(0));
        if (envelope === null) throw new Error('a message is no envelope');
        const lines = envelope[kind].lines.toString('utf8').split('\n').slice(0, -1);
        return lines.map((line) => ({ partition, row: JSON.parse(`${line}]`) as unknown[] }));
      }),
    );

  const events = async (): Promise<Row[]> =>
    [...(await sectionsOf('impressions')), ...(await sectionsOf('conversions'))].map(
      ({ partition, row }) => ({
        partition,
        unit: String(row[3]),
        id: String(row[4]),
      }),
    );

  it('has sent whatever it acknowledged, all of a unit to one partition, whichever collector took it', async () => {
    await makeTopic(5);
    const collectors = [collectorOf().collector, collectorOf().collector];
    const ids: string[] = [];
    const bodies = Array.from({ length: 40 }, (_, body) =>
      Array.from({ length: 50 }, (_, i) => {
        const id = `${body}-${i}`;
        ids.push(id);
        const unit = { type: 'user', id: `u${(body * 50 + i) % 333}` };
        return i % 2 === 0 ? impression({ id, unit }) : conversion({ id, unit });
      }),
    );
    await Promise.all(
      bodies.map(async (body, i) => {
        expect(await collectors[i % 2]?.collect(jsonRequest(body))).toMatchObject({ accepted: 50 });
      }),
    );
    const rows = await events();
    expect(rows.map(({ id }) => id).sort()).toEqual(ids.sort());
    const partitions = new Map<string, Set<number>>();
    for (const { unit, partition } of rows)
      partitions.set(unit, (partitions.get(unit) ?? new Set()).add(partition));
    expect([...partitions.values()].filter((of) => of.size > 1)).toEqual([]);
    expect(new Set(rows.map(({ partition }) => partition)).size).toBe(5);
  });

  it('sends what it did not take with the rest', async () => {
    await makeTopic(2);
    const { collector } = collectorOf();
    const answer = await collector.collect(jsonRequest([conversion({ name: '' }), conversion(), 7]));
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0 }, { index: 2 }] });
    const letters = await sectionsOf('deadLetters');
    expect(letters.map(({ row }) => [row[0], row[4], row[5]])).toEqual([
      ['invalid-name', 'token:test', 0],
      ['not-an-object', 'token:test', 2],
    ]);
  });

  it('sends a block of any size in parts that the broker takes', async () => {
    await makeTopic(1);
    const { collector } = collectorOf({ lingerMs: 200, eagerRows: 1_000_000 });
    const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, 'ü'.repeat(900)]));
    // 36 kB an event in UTF-8, of which the broker takes 29 in a message.
    const bodies = Array.from({ length: 10 }, (_, body) =>
      Array.from({ length: 25 }, (_, i) => conversion({ id: `${body}-${i}`, attributes })),
    );
    const answers = await Promise.all(bodies.map((body) => collector.collect(jsonRequest(body))));
    expect(answers.map(({ accepted }) => accepted)).toEqual(bodies.map(() => 25));
    expect(await events()).toHaveLength(250);
  });

  it('tells producers to come back while the broker is gone, and goes on by itself, without a loss', async () => {
    await makeTopic(4);
    const { collector, registry } = collectorOf();
    const acknowledged: string[] = [];
    const refusals: unknown[] = [];
    let over = false;
    async function produce(producer: number): Promise<void> {
      for (let n = 0; !over; n += 1) {
        const ids = Array.from({ length: 20 }, (_, i) => `${producer}-${n}-${i}`);
        try {
          await collector.collect(
            jsonRequest(ids.map((id) => conversion({ id, unit: { type: 'user', id } }))),
          );
          acknowledged.push(...ids);
        } catch (error) {
          refusals.push(error);
        }
      }
    }
    const producers = Promise.all([0, 1, 2, 3].map(produce));
    const acknowledgedAfter = (n: number) =>
      expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(n);
    for (let round = 0; round < 2; round += 1) {
      await acknowledgedAfter(acknowledged.length + 400);
      await broker.kill();
      const before = refusals.length;
      await expect.poll(() => refusals.length, { timeout: 30_000 }).toBeGreaterThan(before + 4);
      await broker.restart();
      await acknowledgedAfter(acknowledged.length + 400);
    }
    over = true;
    await producers;
    for (const error of refusals)
      expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: expect.any(Number) });
    const found = new Set((await events()).map(({ id }) => id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(await registry.metrics()).toMatch(/assay_collect_buffer_rows 0/);
  });

  it('keeps no more waiting than it may while the broker hangs, and refuses at once what comes then', async () => {
    await makeTopic(2);
    const { collector, registry } = collectorOf({ bufferRows: 500, bufferBytes: 10_000_000 });
    const body = (n: number) =>
      jsonRequest(Array.from({ length: 100 }, (_, i) => conversion({ id: `${n}-${i}` })));
    await collector.collect(body(0));
    broker.pause();
    try {
      const outcomes: string[] = [];
      const waiting = [1, 2, 3, 4, 5].map((n) =>
        collector.collect(body(n)).catch((error: AppError) => {
          outcomes.push(error.code);
        }),
      );
      const refused = await collector.collect(body(6)).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'too-many-requests', retryAfterSeconds: 1 });
      expect(outcomes).toEqual([]);
      expect(await registry.metrics()).toMatch(/^assay_collect_buffer_rows 500$/m);
      await Promise.all(waiting);
      expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'unavailable'));
      expect(await registry.metrics()).toMatch(/^assay_collect_buffer_rows 0$/m);
      const again = [7, 8, 9, 10, 11].map((n) => collector.collect(body(n)).catch(() => undefined));
      expect(await collector.collect(body(12)).catch((error: unknown) => error)).toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 5,
      });
      await Promise.all(again);
    } finally {
      broker.resume();
    }
    await expect
      .poll(() => collector.collect(body(13)).catch((error: unknown) => error), { timeout: 30_000 })
      .toMatchObject({ rejected: [] });
  });

  it('goes on with a topic that was deleted and made again with fewer partitions', async () => {
    await makeTopic(6);
    const { collector } = collectorOf();
    const body = (n: number) =>
      jsonRequest(
        Array.from({ length: 60 }, (_, i) =>
          conversion({ id: `${n}-${i}`, unit: { type: 'user', id: `u${i}` } }),
        ),
      );
    await collector.collect(body(0));
    const admin = new kafkajs.Kafka({
      brokers: [broker.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    const gone = await collector.collect(body(1)).catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(AppError);
    expect(gone).toMatchObject({ code: 'unavailable', retryAfterSeconds: expect.any(Number) });
    await stream.createTopic({ name: topic, partitions: 2, compacted: false });
    await expect
      .poll(() => collector.collect(body(2)).catch((error: unknown) => error), { timeout: 30_000 })
      .toMatchObject({ rejected: [] });
    const found = new Set((await events()).map(({ id }) => id));
    expect(Array.from({ length: 60 }, (_, i) => `2-${i}`).filter((id) => !found.has(id))).toEqual([]);
  });
});
