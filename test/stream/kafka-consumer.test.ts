import { EventEmitter, once } from 'node:events';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BatchOutcome, MessageBatch } from '../../src/stream/index.ts';
import { KafkaConsumer } from '../../src/stream/kafka-consumer.ts';
import { KafkaSockets } from '../../src/stream/kafka-sockets.ts';

const events = { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash' } as const;
const rebalance = () => Object.assign(new Error('rebalancing'), { type: 'REBALANCE_IN_PROGRESS' });
const HOUR_MS = 3_600_000;

/** kafkajs's consumer as seen from the adapter, to put it into states that a broker of one node hardly comes into. */
class FakeKafkajs {
  readonly calls: string[] = [];
  readonly ends: (Error | null)[] = [];
  readonly batches: MessageBatch[] = [];
  readonly done = new EventEmitter();
  readonly #emitter = new EventEmitter();
  readonly #onBatch: (batch: MessageBatch) => Promise<BatchOutcome>;
  started = Promise.resolve();
  /** What the next commits and heartbeats fail with. */
  readonly failures: Error[] = [];
  #eachBatch: (payload: EachBatchPayload) => Promise<void> = () => Promise.reject(new Error('not running'));

  constructor(onBatch: (batch: MessageBatch) => Promise<BatchOutcome>) {
    this.#onBatch = onBatch;
  }

  open(idleTimeoutMs = HOUR_MS): KafkaConsumer {
    return new KafkaConsumer({
      consumer: this.#asConsumer(),
      sockets: new KafkaSockets(),
      options: {
        group: 'g',
        topics: ['t'],
        maxBytes: 1,
        maxBytesPerPartition: 1,
        onBatch: (batch) => {
          this.batches.push(batch);
          return this.#onBatch(batch);
        },
        onAssigned: () => void this.calls.push('assigned'),
        onEnded: (error) => {
          this.ends.push(error);
          this.done.emit('ended');
        },
      },
      logger: pino({ level: 'silent' }),
      sessionTimeoutMs: HOUR_MS,
      partitionsAtOnce: 1,
      idleTimeoutMs,
    });
  }

  join(): void {
    this.#emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: { t: [0, 1] } } });
  }

  crash(error: Error): void {
    this.#emitter.emit(events.CRASH, { payload: { error } });
  }

  /** Hands over a batch of the messages 10 to 12. */
  give(partition = 0): Promise<void> {
    const messages = [10, 11, 12].map((offset) => ({
      key: null,
      value: Buffer.from('x'),
      timestamp: '0',
      attributes: 0,
      offset: `${offset}`,
      headers: {},
    }));
    const payload = {
      batch: { topic: 't', partition, highWatermark: '13', messages },
      resolveOffset: (offset: string) => void this.calls.push(`resolve ${partition}:${offset}`),
      heartbeat: () => this.#answer('heartbeat'),
      commitOffsetsIfNecessary: (offsets: {
        topics: { partitions: { partition: number; offset: string }[] }[];
      }) =>
        this.#answer(
          `commit ${offsets.topics.flatMap(({ partitions }) => partitions.map((p) => `${p.partition}:${p.offset}`))}`,
        ),
    };
    return this.#eachBatch(payload as unknown as EachBatchPayload);
  }

  async #answer(call: string): Promise<void> {
    const failure = this.failures.shift();
    this.calls.push(failure === undefined ? call : `${call} in vain`);
    this.done.emit('call');
    if (failure !== undefined) throw failure;
  }

  #asConsumer(): Consumer {
    const consumer = {
      events,
      on: (event: string, listener: () => void) => this.#emitter.on(event, listener),
      run: ({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }) => {
        this.#eachBatch = eachBatch;
        return this.started;
      },
      stop: async () => void this.calls.push('stop'),
      disconnect: async () => void this.calls.push('disconnect'),
      pause: () => void this.calls.push('pause'),
      resume: () => void this.calls.push('resume'),
    };
    return consumer as unknown as Consumer;
  }
}

const whole: BatchOutcome = { next: 13, done: 12, afterMs: 0 };

describe('a consumer over kafkajs', () => {
  it('goes on behind a batch and commits what is done', async () => {
    const fake = new FakeKafkajs(async () => whole);
    const consumer = fake.open();
    fake.join();
    await fake.give();
    expect(fake.calls).toEqual(['assigned', 'resolve 0:12', 'commit 0:12']);
    await consumer.close();
    expect(fake.ends).toEqual([null]);
  });

  it('leaves the outcome of a batch aside when partitions were assigned anew meanwhile', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const fake = new FakeKafkajs(async () => {
      await finish;
      return { ...whole, afterMs: HOUR_MS };
    });
    const consumer = fake.open();
    fake.join();
    const given = fake.give();
    fake.join();
    resolve();
    await given;
    expect(fake.batches[0]?.isStale()).toBe(true);
    expect(fake.calls).toEqual(['assigned', 'assigned']);
    await consumer.close();
  });

  it('finishes a batch that learns of a rebalance, then has kafkajs join, and begins none before', async () => {
    const told = rebalance();
    const fake = new FakeKafkajs(async (batch) => {
      await batch.heartbeat();
      return whole;
    });
    const consumer = fake.open();
    fake.join();
    fake.failures.push(told);
    await expect(fake.give(0)).rejects.toBe(told);
    expect(fake.calls).toEqual(['assigned', 'heartbeat in vain', 'resolve 0:12', 'commit 0:12']);
    await expect(fake.give(1)).rejects.toBe(told);
    expect(fake.batches).toHaveLength(1);
    fake.join();
    await fake.give(1);
    expect(fake.batches).toHaveLength(2);
    await consumer.close();
  });

  it('has kafkajs join when a commit is refused for that', async () => {
    const told = rebalance();
    const fake = new FakeKafkajs(async () => whole);
    const consumer = fake.open();
    fake.join();
    fake.failures.push(told);
    await expect(fake.give()).rejects.toBe(told);
    await consumer.close();
  });

  it('commits later what could not be committed, though no further batch comes', async () => {
    const fake = new FakeKafkajs(async () => whole);
    const consumer = fake.open();
    fake.join();
    fake.failures.push(new Error('the connection is lost'));
    await fake.give();
    while (!fake.calls.includes('commit 0:12')) await once(fake.done, 'call');
    expect(fake.calls).toEqual(['assigned', 'resolve 0:12', 'commit 0:12 in vain', 'commit 0:12']);
    await consumer.close();
  });

  it('ends once, when kafkajs’s consumer has crashed', async () => {
    const fake = new FakeKafkajs(async () => whole);
    const consumer = fake.open();
    fake.join();
    fake.crash(Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionError' }));
    fake.crash(new Error('again'));
    await once(fake.done, 'ended');
    await consumer.close();
    expect(fake.ends).toMatchObject([{ code: 'unavailable' }]);
    expect(fake.ends).toHaveLength(1);
  });

  it('ends when there is no sign of life', async () => {
    const fake = new FakeKafkajs(async () => whole);
    fake.open(0);
    fake.join();
    await once(fake.done, 'ended');
    expect(fake.ends).toMatchObject([{ code: 'unavailable' }]);
    expect(fake.ends[0]?.message).toContain('no sign of life');
    expect(fake.calls).toEqual(['assigned', 'stop', 'disconnect']);
  });

  it('is not told of its end while a batch is under way, whatever kafkajs waits for', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    const fake = new FakeKafkajs(async () => {
      await finish;
      return whole;
    });
    const consumer = fake.open();
    fake.join();
    const given = fake.give();
    const closing = consumer.close();
    await new Promise(setImmediate);
    expect(fake.ends).toEqual([]);
    resolve();
    await Promise.all([given, closing]);
    expect(fake.calls).toEqual(['assigned', 'stop', 'disconnect', 'resolve 0:12', 'commit 0:12']);
    expect(fake.ends).toEqual([null]);
  });

  it('stops only once it has joined, and takes no batch after that', async () => {
    const { promise: joined, resolve } = Promise.withResolvers<void>();
    const fake = new FakeKafkajs(async () => whole);
    fake.started = joined;
    const consumer = fake.open();
    const closing = consumer.close();
    await new Promise(setImmediate);
    expect(fake.calls).toEqual([]);
    fake.join();
    await fake.give();
    resolve();
    await closing;
    expect(fake.calls).toEqual(['stop', 'disconnect']);
    expect(fake.batches).toEqual([]);
  });
});
