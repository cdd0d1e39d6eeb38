import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stream } from '../../src/stream/index.ts';
import { Reader } from '../contract/stream/reader.ts';
import { COMPRESSIONS, failure, type Message, message } from '../contract/stream/suite.ts';
import {
  consumeWithJava,
  missingForBroker,
  missingForJavaClient,
  produceWithJava,
} from '../support/kafka/index.ts';
import { requireOrSkip } from '../support/requirement.ts';
import { adminOf, openTestStream, startKafka } from './start-kafka.ts';

/** From the first connection on: Node tells each kind of warning once. */
const warnings: string[] = [];
process.on('warning', ({ name, message }) => void warnings.push(`${name}: ${message}`));
const kafka = await startKafka();
const noJava = (await missingForBroker()) ?? (await missingForJavaClient());

describe.skipIf(kafka === null)('beside the contract, kafkajs', () => {
  const brokers = kafka?.brokers ?? '';
  const run = process.hrtime.bigint().toString(36);
  let names = 0;
  let stream: Stream;

  beforeAll(async () => {
    stream = await openTestStream(brokers);
  });
  afterAll(async () => {
    await stream.close();
    await kafka?.stop();
  });

  const name = () => `adapter-${run}-${++names}`;
  async function topicOf(partitions: number): Promise<string> {
    const topic = name();
    await stream.createTopic({ name: topic, partitions, compacted: false });
    return topic;
  }

  describe.skipIf(noJava !== null)('and Java’s own client', () => {
    if (noJava !== null) requireOrSkip('kafka', noJava);

    it('read what the other writes, with every compression', async () => {
      const [theirs, ours] = await Promise.all([topicOf(5), topicOf(5)]);
      await produceWithJava(brokers, theirs);
      const reader = await Reader.start(stream, { group: name(), topics: [theirs] });
      await reader.until('all of Java’s', ({ seen }) => seen.length === 15);
      for (const [partition, compression] of COMPRESSIONS.entries())
        expect(
          reader.seen
            .filter((read) => read.partition === partition)
            .map(({ offset, key, text, headers }) => ({ offset, key, text, headers })),
        ).toEqual(
          [0, 1, 2].map((n) => ({
            offset: n,
            key: `${compression}-${n}`,
            text: `${compression}-${n}`.repeat(2000),
            headers: { n: `${n}` },
          })),
        );
      await reader.close();

      const sent: Message[] = COMPRESSIONS.flatMap((compression, partition) => [
        {
          partition,
          key: compression,
          value: Buffer.from(compression.repeat(50_000)),
          headers: { n: '0', é: 'ü' },
        },
        { partition, key: null, value: Buffer.from('short'), headers: {} },
        { partition, key: 'gone', value: null, headers: {} },
      ]);
      for (const [partition, compression] of COMPRESSIONS.entries()) {
        const writer = await openTestStream(brokers, { compression });
        await writer.send(
          ours,
          sent.filter((each) => each.partition === partition),
        );
        await writer.close();
      }
      const read = await consumeWithJava(brokers, ours, sent.length);
      for (const partition of COMPRESSIONS.keys())
        expect(read.filter((record) => record.partition === partition)).toEqual(
          sent
            .filter((each) => each.partition === partition)
            .map(({ key, value, headers }, offset) => ({
              partition,
              offset,
              key,
              value: value?.toString() ?? null,
              headers,
            })),
        );
    });
  });

  it('takes no more at once than it may hold, and says when to come again', async () => {
    const topic = await topicOf(1);
    const small = await openTestStream(brokers, { maxInFlightBytes: 10_000 });
    const large = message('x'.repeat(9000));
    const first = small.send(topic, [large]);
    const error = await failure(small.send(topic, [large]));
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    await first;
    // By itself a send may be larger than that.
    await small.send(topic, [message('x'.repeat(20_000))]);
    expect(await stream.ends(topic)).toMatchObject([{ end: 2 }]);
    await small.close();
  });

  it('sends to partitions that a topic has got since', async () => {
    const topic = await topicOf(1);
    await stream.send(topic, [message('one', 0)]);
    await adminOf(brokers, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }));
    await stream.send(topic, [message('two', 0), message('three', 2)]);
    expect(await stream.ends(topic)).toMatchObject([{ end: 2 }, { end: 0 }, { end: 1 }]);
  });

  it('reads on from the first message that is left where what comes next was deleted', async () => {
    const [topic, group] = [await topicOf(1), name()];
    await stream.send(
      topic,
      Array.from({ length: 10 }, (_, n) => message(`${n}`)),
    );
    const first = await Reader.start(stream, {
      group,
      topics: [topic],
      onBatch: async () => ({ next: 10, done: 2, afterMs: 0 }),
    });
    await first.until('the messages', ({ seen }) => seen.length === 10);
    await first.close();
    await adminOf(brokers, async (admin) => {
      // kafkajs deletes only of topics that it has been asked about before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
    });
    expect(await stream.ends(topic)).toEqual([{ partition: 0, first: 5, end: 10 }]);
    const second = await Reader.start(stream, { group, topics: [topic] });
    await second.until('what is left', ({ seen }) => seen.length === 5);
    expect(second.seen.map(({ offset }) => offset)).toEqual([5, 6, 7, 8, 9]);
    await second.close();
  });

  // The last, since it is about all of the above.
  it('has made Node warn of nothing', () => {
    expect(warnings).toEqual([]);
  });
});
