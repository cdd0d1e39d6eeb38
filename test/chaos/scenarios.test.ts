import { setTimeout as timeout } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Recomputation } from '../../src/attribute/index.ts';
import { DecisionPolicy, type ExperimentPlan } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse, InsertBlock } from '../../src/stores/clickhouse/index.ts';
import { readStreamThrough } from '../../src/stream-ingest/index.ts';
import { uniforms } from '../analysis/units.ts';
import { openTestStores, type TestStores } from '../stream-ingest/open-stores.ts';
import { type Broker, missingForBroker, startBroker } from '../support/kafka/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { counted, eventually, Scene } from './scene.ts';

const limits = { maxSeconds: 30, maxMemoryBytes: 1_000_000_000 };
const DAY = 86_400_000;

/** An experiment on what the producers of a scene send. */
function planOf(startedAt: number): ExperimentPlan {
  const start = new Date(startedAt - DAY);
  const arms = [
    { variant: 'control', weight: 1 },
    { variant: 'treatment', weight: 1 },
  ];
  return {
    ...{ key: 'checkout', environment: 'production', flag: 'checkout', unitType: 'user', control: 'control' },
    ...{
      status: 'running',
      refreshSeconds: 60,
      guardSeconds: 0,
      segments: [],
      guardrails: [],
      guardrailsChangedAt: null,
      optedOut: null,
      decisions: DecisionPolicy.parse({}),
      segmentAttributes: [],
      specHash: '',
    },
    ...{ start, end: null, eligibleReasons: ['split'], statistics: { method: 'fixed', alpha: 0.05 } },
    epochs: [{ number: 1, arms, targeting: [], effectiveAt: start, externalId: null, flagVersion: null }],
    metrics: (['sum', 'count'] as const).map((aggregation) => ({
      role: 'secondary',
      version: 1,
      definition: {
        type: 'mean',
        ...{ key: aggregation, name: '', description: '', direction: 'decreaseIsBad' },
        ...{ windowHours: 168, prePeriodHours: null, cap: null, transform: 'identity' },
        source: { event: 'purchase', filters: [], aggregation },
      },
    })),
  };
}

const missing = await missingForBroker();
if (missing !== null) requireOrSkip('kafka', missing);

describe.skipIf(missing !== null)('nothing is lost or doubled', { timeout: 180_000 }, () => {
  let broker: Broker;
  let stores: TestStores;
  let scene: Scene;
  beforeAll(async () => {
    [broker, stores] = await Promise.all([startBroker(), openTestStores()]);
  }, 120_000);
  afterAll(async () => {
    await stores.close();
    await broker.stop();
  });
  beforeEach(async () => {
    scene = await Scene.open(broker, stores);
  });
  afterEach(() => scene.close());

  const exactly = async () => {
    const report = await scene.compare();
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
    return report;
  };

  /** The stores, with inserts that go another way. */
  const inserting = (insert: (block: InsertBlock) => Promise<void>): ClickHouse => {
    const { clickhouse } = stores;
    return {
      ...{ query: clickhouse.query.bind(clickhouse), stream: clickhouse.stream.bind(clickhouse), insert },
      ...{ command: clickhouse.command.bind(clickhouse), ping: clickhouse.ping.bind(clickhouse) },
      close: () => Promise.resolve(),
    };
  };

  it('while a consumer joins every 3 s', async () => {
    const readers = [await scene.startIngest()];
    const stop = new AbortController();
    const producing = (async () => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        await scene.send(n);
        await timeout(50);
      }
    })();
    const assignments = async () => {
      const each = readers.map(({ registry }) => counted(registry, 'assay_stream_rebalances_total'));
      return (await Promise.all(each)).reduce((sum, n) => sum + n, 0);
    };
    // Joins that fall into one rebalance are one: on a busy machine it takes more of them.
    for (let i = 0; i < 5 || ((await assignments()) <= 10 && i < 12); i += 1) {
      await timeout(3000);
      readers.push(await scene.startIngest());
    }
    stop.abort();
    await producing;
    const { messages } = await exactly();
    expect(messages).toBeGreaterThan(500);
    expect(await assignments()).toBeGreaterThan(10);
  });

  it.each(['killed', 'stopped'] as const)('while the broker is %s for some seconds', async (how) => {
    await scene.startIngest();
    const collector = scene.collector();
    for (let n = 0; n < 5; n += 1) await scene.post(collector, n);
    if (how === 'killed') await broker.kill();
    else broker.pause();
    // More than one block, so that some are refused and others wait.
    const posting = Array.from({ length: 20 }, (_, i) => scene.post(collector, 5 + i));
    await timeout(5000);
    if (how === 'killed') await broker.restart();
    else broker.resume();
    const refusals = await Promise.all(posting);
    expect(refusals.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
    await collector.close();
    const { acceptedEvents } = await exactly();
    expect(acceptedEvents).toBe(25 * 60);
  });

  it('while the engine’s disk is full', async () => {
    const full = (table: string, is: boolean) =>
      stores.clickhouse.command({
        sql: is
          ? `ALTER TABLE ${table} MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1000000000000000`
          : `ALTER TABLE ${table} RESET SETTING min_free_disk_bytes_to_perform_insert`,
        limits,
      });
    const { registry } = await scene.startIngest();
    await scene.sendAll(0, 3);
    await scene.untilRead();
    // Impressions find room and conversions do not: half of a range is there.
    await full('raw_conversions', true);
    try {
      await scene.sendAll(3, 9);
      await eventually(
        async () => (await counted(registry, 'assay_stream_ranges_total', { outcome: 'failed' })) >= 4,
        'ranges fail',
      );
    } finally {
      await full('raw_conversions', false);
    }
    const { acceptedEvents, tableRows } = await exactly();
    expect(acceptedEvents).toBe(9 * 60);
    // No row was taken for a bad one: what the producer made invalid, and nothing else, is a dead letter.
    expect(tableRows.dead_letters).toBeLessThan(10);
  });

  it('where inserts time out and land all the same, and the repeat falls into another table partition', async () => {
    const random = uniforms(5);
    let now = Date.now();
    let late = 0;
    const clickhouse = inserting(async (block) => {
      await stores.clickhouse.insert(block);
      if (random() < 0.8) return;
      late += 1;
      // Tables are divided by weeks of receipt.
      now += 7 * DAY;
      throw new AppError('unavailable', 'ClickHouse did not answer in time; try again later.');
    });
    await scene.startIngest({ clickhouse, now: () => now, limits: { messages: 15, bytes: 1_000_000 } });
    await scene.sendAll(0, 6);
    await exactly();
    expect(late).toBeGreaterThan(3);
  });

  it('when the topic is read again from its start, by the same group, by another, or after its group expired', async () => {
    await scene.sendAll(0, 6);
    const first = await scene.startIngest();
    await scene.untilRead();
    await first.close();
    const rows = await scene.rows();
    const admin = scene.admin();
    await admin.connect();
    try {
      await admin.resetOffsets({ groupId: scene.group, topic: scene.topic, earliest: true });
      const again = await scene.startIngest();
      await eventually(
        () => again.ingest.partitions().some(({ lagMessages }) => lagMessages === 0),
        'it reads',
      );
      await again.close();
      const other = await scene.startIngest({ group: `${scene.group}-other` });
      await eventually(
        () => other.ingest.partitions().some(({ lagMessages }) => lagMessages === 0),
        'it reads',
      );
      await other.close();
      await admin.deleteGroups([scene.group]);
    } finally {
      await admin.disconnect();
    }
    expect(await scene.rows()).toBe(rows);
    await scene.startIngest();
    await scene.sendAll(6, 9);
    const { acceptedEvents } = await exactly();
    expect(acceptedEvents).toBe(9 * 60);
  });

  it('when the topic is deleted, with a range on its way, and made again', async () => {
    let refuse = false;
    const clickhouse = inserting(async (block) => {
      if (refuse) throw new AppError('unavailable', 'ClickHouse cannot be reached; check that it runs.');
      await stores.clickhouse.insert(block);
    });
    const { registry } = await scene.startIngest({ clickhouse });
    await scene.sendAll(0, 4);
    await scene.untilRead();
    const before = await scene.rows();
    refuse = true;
    await scene.sendAll(4, 6);
    await eventually(
      async () => (await counted(registry, 'assay_stream_ranges_total', { outcome: 'failed' })) > 0,
      'a range fails',
    );
    const admin = scene.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [scene.topic] });
    await admin.disconnect();
    await scene.stream.createTopic({ name: scene.topic, partitions: 3, compacted: false });
    refuse = false;
    scene.forgetSent();
    await scene.sendAll(10, 16);
    const topicId = await scene.untilRead();
    // What had been read of the old one is still there, once; what nobody had read is gone with it.
    const isOld = `_source != 'kafka:${topicId}'`;
    const [old] = await stores.clickhouse.query<{ n: string }>({
      sql: `SELECT (SELECT count() FROM raw_impressions WHERE ${isOld}) + (SELECT count() FROM raw_conversions WHERE ${isOld})
              + (SELECT count() FROM dead_letters WHERE ${isOld}) AS n`,
      limits,
    });
    expect(Number(old?.n)).toBe(before);
    for (const table of ['raw_impressions', 'raw_conversions', 'dead_letters'])
      await stores.clickhouse.command({ sql: `DELETE FROM ${table} WHERE ${isOld}`, limits });
    const { acceptedEvents } = await exactly();
    expect(acceptedEvents).toBe(6 * 60);
  });

  it('where a producer repeats events under new offsets: attribution counts each once', async () => {
    const attributed = async () => {
      const { clickhouse, postgres } = stores;
      const recomputation = new Recomputation({ clickhouse, postgres, logger: pino({ level: 'silent' }) });
      const { units, moments, exclusions } = await recomputation.run(planOf(scene.workload.startedAt), {
        dataThrough: new Date(Date.now() + DAY),
      });
      return { units, moments, repeated: exclusions.duplicateEvents };
    };
    await scene.startIngest();
    await scene.sendAll(0, 6);
    await scene.untilRead();
    const once = await attributed();
    expect(once.moments.length).toBeGreaterThan(1);
    for (let i = 0; i < 3; i += 1) await scene.sendAll(0, 6);
    const { repeats, identities } = await exactly();
    expect(repeats).toEqual({ topic: 3 * identities.topic, tables: 3 * identities.topic });
    expect(once.repeated).toBe(0);
    const again = await attributed();
    expect(again.repeated).toBeGreaterThan(0);
    expect({ ...again, repeated: 0 }).toEqual(once);
  });

  it('while clocks jump, and no row comes behind a watermark that was given', async () => {
    const random = uniforms(8);
    let now = Date.now();
    await scene.startIngest({ now: () => now });
    await scene.startIngest({ now: () => now });
    const promised: { through: Date; rows: number }[] = [];
    const upTo = async (through: Date) => {
      const [found] = await stores.clickhouse.query<{ n: string }>({
        sql: `SELECT (SELECT count() FROM raw_impressions WHERE _received_at <= {through:DateTime64(3, 'UTC')})
                + (SELECT count() FROM raw_conversions WHERE _received_at <= {through:DateTime64(3, 'UTC')}) AS n`,
        params: { through },
        limits,
      });
      return Number(found?.n);
    };
    for (let n = 0; n < 30; n += 1) {
      await scene.send(n);
      now += (random() - 0.5) * 2 * 3_600_000;
      const through = (await readStreamThrough(stores.postgres))?.through ?? null;
      if (through !== null) promised.push({ through, rows: await upTo(through) });
      await timeout(100);
    }
    await exactly();
    for (const { through, rows } of promised) expect(await upTo(through)).toBe(rows);
  });
});
