import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beat, DecisionFeed, DecisionLog } from '../../src/decide/index.ts';
import { PublishLoop } from '../../src/notify/index.ts';
import {
  DecisionPublisher,
  type DecisionPublisherOptions,
} from '../../src/notify/topic/decision-publisher.ts';
import type { OutgoingMessage, Stream } from '../../src/stream/index.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { Reader } from '../contract/stream/reader.ts';
import { adminOf, openTestStream, startKafka } from '../stream/start-kafka.ts';
import { Consumer } from './consumer.ts';
import { append, decisionOn } from './decisions.ts';

let store: TestStore;
let log: DecisionLog;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  for (const table of [
    'notify_cursors',
    'notify_leases',
    'decisions',
    'decision_sequences',
    'decision_heartbeats',
    'current_decisions',
  ])
    await store.postgres.query(`DELETE FROM ${table}`);
  log = new DecisionLog(store.postgres);
});

/** A topic in memory, for what a broker cannot be made to do at will. */
class HeldTopic implements Pick<Stream, 'send' | 'topics' | 'createTopic'> {
  readonly messages: OutgoingMessage[] = [];
  id = 'first';
  /** Called before messages are kept; what it throws is what `send` rejects with. */
  beforeSend = async (): Promise<void> => undefined;

  async topics(names: readonly string[]) {
    return names.map((name) => ({ name, id: this.id, partitions: 3 }));
  }
  async createTopic() {}
  async send(_: string, messages: readonly OutgoingMessage[]) {
    await this.beforeSend();
    this.messages.push(...messages);
  }

  get sequences(): number[] {
    return this.messages.map(({ headers }) => Number(headers['ce_sequence']));
  }
}

function publisherOf(
  stream: DecisionPublisherOptions['stream'],
  more: Partial<DecisionPublisherOptions> = {},
) {
  const { postgres } = store;
  return new DecisionPublisher({
    ...{ log, stream, postgres, topic: 'decisions', holder: 'test', sole: false, ...more },
  });
}

async function drain(publisher: DecisionPublisher): Promise<void> {
  while ((await publisher.step()) === 'page');
}

/** Says that the decisions of production hold at a minute past ten, at which all data was there. */
function hold(minute: number, shortest = 30): Promise<void> {
  const at = new Date(Date.UTC(2026, 2, 1, 10, minute));
  return beat(store.postgres, [{ environment: 'production', excepted: [], shortest }], {
    at,
    dataThrough: at,
  });
}

/** A consumer that was given messages of the topic. */
function consumerOf(
  messages: readonly {
    readonly headers: Readonly<Record<string, unknown>>;
    readonly text: string | null;
  }[],
): Consumer {
  const consumer = new Consumer();
  for (const { headers, text } of messages) {
    const data = JSON.parse(text ?? '');
    if (String(headers['ce_type']) === 'assay.decision.v1') consumer.decision(data);
    else consumer.heartbeat(data);
  }
  return consumer;
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => 1 + i);

describe('the publisher', () => {
  it('begins with how each treatment stands, and goes on with every decision', async () => {
    const topic = new HeldTopic();
    await append(
      log,
      decisionOn({ flag: 'a' }),
      decisionOn({ flag: 'b' }),
      decisionOn({ flag: 'a' }, 'breach'),
    );
    const publisher = publisherOf(topic);
    await drain(publisher);
    expect(topic.sequences).toEqual([2, 3]);
    await append(log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'a' }), decisionOn({ flag: 'a' }));
    await drain(publisher);
    expect(topic.sequences).toEqual([2, 3, 4, 5, 6]);
    expect(await publisher.step()).toBe('idle');
  });

  it('is one at a time; another takes over where it ends, and when it says nothing more', async () => {
    const topic = new HeldTopic();
    await append(log, decisionOn({ flag: 'a' }));
    const [first, second] = [publisherOf(topic), publisherOf(topic)];
    await drain(first);
    expect(await second.step()).toBe('elsewhere');
    await first.close();
    await append(log, decisionOn({ flag: 'a' }));
    await drain(second);
    expect(topic.sequences).toEqual([1, 2]);
    // It died: its lease runs out.
    await store.postgres.query("UPDATE notify_leases SET expires_at = 'epoch'");
    await append(log, decisionOn({ flag: 'a' }));
    await drain(publisherOf(topic));
    expect(topic.sequences).toEqual([1, 2, 3]);
    expect(await publisherOf(topic, { sole: true }).step()).toBe('idle');
  });

  it('tells in every partition that decisions hold, after all that this speaks of and no more often than they need', async () => {
    const topic = new HeldTopic();
    let elapsed = 0;
    const publisher = publisherOf(topic, { elapsed: () => elapsed });
    await append(log, decisionOn({ flag: 'a' }, 'pass'), decisionOn({ flag: 'b' }, 'pass'));
    await hold(4);
    await append(log, decisionOn({ flag: 'a' }, 'breach'));
    await drain(publisher);
    const types = () => topic.messages.map(({ headers }) => headers['ce_type']?.toString());
    const heartbeats = () => topic.messages.filter(({ key }) => key === 'production');
    expect(types().slice(0, 2)).toEqual(Array(2).fill('assay.decision.v1'));
    expect(types().slice(2)).toEqual(Array(3).fill('assay.heartbeat.v1'));
    expect(heartbeats().map(({ partition }) => partition)).toEqual([0, 1, 2]);
    const consumer = consumerOf(
      topic.messages.map(({ headers, value }) => ({ headers, text: String(value) })),
    );
    for (const { flag, validUntil } of await log.currentSince('production', 0, 10))
      expect(consumer.validUntil(flag)).toBe(validUntil);
    expect(consumer.says('b', new Date('2026-03-01T10:08:59Z'))).toBe('pass');
    expect(consumer.says('b', new Date('2026-03-01T10:09:00Z'))).toBe('expired');
    expect(consumer.says('a', new Date('2026-03-01T12:00:00Z'))).toBe('breach');

    await drain(publisher);
    expect(heartbeats()).toHaveLength(3);
    await hold(5);
    elapsed += 9_000;
    await drain(publisher);
    expect(heartbeats()).toHaveLength(3);
    elapsed += 1_000;
    await drain(publisher);
    expect(heartbeats()).toHaveLength(6);
    await hold(6, 6);
    elapsed += 2_000;
    await drain(publisher);
    expect(heartbeats()).toHaveLength(9);
  });

  it('sends again what it does not know to have been taken, and nothing out of order', async () => {
    const topic = new HeldTopic();
    await append(log, decisionOn({}), decisionOn({}));
    const publisher = publisherOf(topic);
    await drain(publisher);
    await append(log, decisionOn({}), decisionOn({}));
    const kept = store.postgres.query.bind(store.postgres);
    const dying = {
      ...store.postgres,
      pool: store.postgres.pool,
      query: (sql: string, params?: readonly unknown[]) =>
        sql.startsWith('INSERT INTO notify_cursors')
          ? Promise.reject(new Error('killed'))
          : kept(sql, params),
    };
    await publisher.close();
    const killed = publisherOf(topic, { postgres: dying as never });
    await expect(killed.step()).rejects.toThrow('killed');
    await killed.close();
    await drain(publisherOf(topic));
    expect(topic.sequences).toEqual([2, 3, 4, 3, 4]);
  });

  it('that was stopped for long does not leave what is older at the end of the topic', async () => {
    const topic = new HeldTopic();
    await append(log, decisionOn({ flag: 'a' }));
    const [stopped, other] = [publisherOf(topic), publisherOf(topic)];
    await drain(stopped);
    await append(log, decisionOn({ flag: 'a' }, 'pass'));
    topic.beforeSend = async () => {
      topic.beforeSend = async () => undefined;
      // While its message is on the way another takes over, and publishes a breach.
      await store.postgres.query("UPDATE notify_leases SET expires_at = 'epoch'");
      await append(log, decisionOn({ flag: 'a' }, 'breach'));
      await drain(other);
    };
    await expect(stopped.step()).rejects.toMatchObject({ code: 'conflict' });
    expect(topic.sequences).toEqual([1, 2, 3, 2]);
    await drain(other);
    expect(topic.sequences).toEqual([1, 2, 3, 2, 2, 3]);
    await drain(stopped);
    expect(topic.sequences).toHaveLength(6);
  });

  it('fills a topic anew that was made anew', async () => {
    const topic = new HeldTopic();
    await append(log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'a' }), decisionOn({ flag: 'b' }));
    await drain(publisherOf(topic, { sole: true }));
    topic.messages.length = 0;
    topic.id = 'second';
    await drain(publisherOf(topic, { sole: true }));
    expect(topic.sequences).toEqual([2, 3]);
  });

  it('notices within half a minute that the topic was made anew', async () => {
    const topic = new HeldTopic();
    let at = 0;
    const publisher = publisherOf(topic, { sole: true, elapsed: () => at });
    await append(log, decisionOn({ flag: 'a' }), decisionOn({ flag: 'b' }));
    await drain(publisher);
    topic.messages.length = 0;
    topic.id = 'second';
    at = 29_000;
    await drain(publisher);
    expect(topic.sequences).toEqual([]);
    at = 31_000;
    await drain(publisher);
    expect(topic.sequences).toEqual([1, 2]);
  });

  it('keeps all of one treatment in one partition', async () => {
    const topic = new HeldTopic();
    for (let n = 0; n < 60; n += 1) await append(log, decisionOn({ flag: `flag-${n % 12}` }));
    await drain(publisherOf(topic));
    for (let n = 0; n < 24; n += 1) await append(log, decisionOn({ flag: `flag-${n % 12}` }));
    await drain(publisherOf(topic, { sole: true }));
    const partitions = new Map<string | null, Set<number>>();
    for (const { key, partition } of topic.messages)
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
    expect(partitions.size).toBe(12);
    expect([...partitions.values()].map(({ size }) => size)).toEqual(Array(12).fill(1));
    expect(new Set(topic.messages.map(({ partition }) => partition)).size).toBe(3);
  });
});

const kafka = await startKafka();

describe.skipIf(kafka === null)('the topic of decisions', () => {
  let stream: Stream;
  let topics = 0;
  let topic = '';
  const readers: Reader[] = [];
  beforeAll(async () => {
    stream = await openTestStream(kafka?.brokers ?? '', { sendTimeoutMs: 2000, requestTimeoutMs: 4000 });
  }, 120_000);
  afterAll(async () => {
    await stream?.close();
    await kafka?.stop();
  });
  beforeEach(() => {
    topics += 1;
    topic = `decisions-${topics}`;
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  });

  async function read(): Promise<Reader> {
    const reader = await Reader.start(stream, {
      topics: [topic],
      group: `reader-${topics}-${readers.length}`,
    });
    readers.push(reader);
    return reader;
  }

  it('is made compacted, and has each decision as a CloudEvent under its treatment’s key', async () => {
    const publisher = publisherOf(stream, { topic, sole: true });
    const [decision] = await append(log, decisionOn({}, 'breach'));
    await drain(publisher);
    const reader = await read();
    await reader.until('the decision', ({ seen }) => seen.length === 1);
    const [seen] = reader.seen;
    expect([seen?.key, JSON.parse(seen?.text ?? '')]).toEqual(['production/checkout/treatment', decision]);
    expect(seen?.headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: decision?.id,
      ce_source: '/api/v1/decisions/production',
      ce_type: 'assay.decision.v1',
      ce_subject: 'production/checkout/treatment',
      ce_time: '2026-03-01T10:00:00.000Z',
      ce_sequence: '1',
    });
    await adminOf(kafka?.brokers ?? '', async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: topic, configNames: ['cleanup.policy'] }],
      });
      expect(resources[0]?.configEntries[0]?.configValue).toBe('compact');
    });
  }, 60_000);

  it('tells whoever reads it from its beginning how long every decision holds, in whatever partition it is', async () => {
    const partitions = 3;
    await stream.createTopic({ name: topic, partitions, compacted: true });
    const publisher = publisherOf(stream, { topic, sole: true });
    const flags = ['a', 'b', 'c', 'd', 'e'];
    await append(log, ...flags.map((flag) => decisionOn({ flag }, flag === 'e' ? 'breach' : 'pass')));
    await drain(publisher);
    await hold(4);
    await drain(publisher);
    const reader = await read();
    await reader.until('decisions and heartbeats', ({ seen }) => seen.length === flags.length + partitions);
    expect(
      new Set(reader.seen.filter(({ key }) => key === 'production').map(({ partition }) => partition)).size,
    ).toBe(partitions);
    const consumer = consumerOf(reader.seen);
    expect(consumer.outOfOrder).toEqual([]);
    const stored = await log.currentSince('production', 0, 10);
    expect(stored.map(({ flag }) => flag).toSorted()).toEqual(flags);
    for (const { flag, validUntil } of stored) expect(consumer.validUntil(flag)).toBe(validUntil);
    expect(consumer.says('b', new Date('2026-03-01T10:08:59Z'))).toBe('pass');
    expect(consumer.says('b', new Date('2026-03-01T10:09:00Z'))).toBe('expired');
    expect(consumer.says('e', new Date('2026-03-01T12:00:00Z'))).toBe('breach');
  }, 60_000);

  it.skipIf(kafka?.broker === null)(
    'has every decision in order when the broker comes back',
    async () => {
      const failures: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line: string) => void failures.push(line) });
      const feed = new DecisionFeed(log, () => undefined);
      const publisher = publisherOf(stream, { topic, sole: true });
      await drain(publisher);
      const loop = new PublishLoop(publisher, feed, logger);
      loop.start();
      const decide = async (count: number) => {
        for (let n = 0; n < count; n += 1)
          for (const { environment, sequence } of await append(log, decisionOn({ flag: `flag-${n % 3}` })))
            feed.announce(environment, sequence);
      };
      await decide(10);
      const before = await read();
      await before.until('the first', ({ seen }) => seen.length >= 10);
      await kafka?.broker?.kill();
      await decide(20);
      while (failures.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await kafka?.broker?.restart();
      await decide(5);
      // A consumer that lost its broker has ended; this one reads all of it.
      const reader = await read();
      await reader.until('the last', ({ seen }) =>
        seen.some(({ headers }) => headers['ce_sequence'] === '35'),
      );
      await loop.stop();
      let last = 0;
      const accepted = reader.seen.flatMap(({ headers }) => {
        const sequence = Number(headers['ce_sequence']);
        if (sequence <= last) return [];
        last = sequence;
        return [sequence];
      });
      expect(accepted).toEqual(upTo(35));
    },
    120_000,
  );
});
