import { describe, expect, it } from 'vitest';
import { Reader } from './reader.ts';
import { failure, message, type Suite } from './suite.ts';

export function topicCases(suite: Suite): void {
  describe('topics', () => {
    it('answers a ping', async () => {
      await expect(suite.stream.ping()).resolves.toBeUndefined();
    });

    it('are listed where they exist, with partitions and an id', async () => {
      const [one, two] = [await suite.topic(3), await suite.topic(1)];
      const topics = await suite.stream.topics([one, suite.name(), two]);
      expect(topics.map(({ name, partitions }) => ({ name, partitions }))).toEqual(
        expect.arrayContaining([
          { name: one, partitions: 3 },
          { name: two, partitions: 1 },
        ]),
      );
      expect(topics).toHaveLength(2);
      for (const { id } of topics) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(topics.map(({ id }) => id))).toHaveLength(2);
      expect(await suite.stream.topics([])).toEqual([]);
      expect(await suite.stream.topics([suite.name()])).toEqual([]);
    });

    it('keep their id until they are deleted and made again', async () => {
      const name = await suite.topic(2);
      const [first] = await suite.stream.topics([name]);
      await suite.stream.createTopic({ name, partitions: 5, compacted: true });
      expect(await suite.stream.topics([name])).toEqual([first]);
      await suite.deleteTopic(name);
      await suite.stream.createTopic({ name, partitions: 2, compacted: false });
      const [second] = await suite.stream.topics([name]);
      expect(second).toMatchObject({ name, partitions: 2 });
      expect(second?.id).not.toBe(first?.id);
    });

    it('can be written to and asked for their ends as soon as they are made', async () => {
      const topic = await suite.topic(4);
      await suite.stream.send(topic, [message('a', 1), message('b', 1), message('c', 3)]);
      expect(await suite.stream.ends(topic)).toEqual([
        { partition: 0, first: 0, end: 0 },
        { partition: 1, first: 0, end: 2 },
        { partition: 2, first: 0, end: 0 },
        { partition: 3, first: 0, end: 1 },
      ]);
    });

    it('are made once by many at a time', async () => {
      const name = suite.name();
      const others = await Promise.all([suite.open(), suite.open(), suite.open()]);
      await Promise.all(
        others.map((stream) => stream.createTopic({ name, partitions: 2, compacted: false })),
      );
      expect(await suite.stream.ends(name)).toHaveLength(2);
    });

    it('refuse a name that is none', async () => {
      const error = await failure(
        suite.stream.createTopic({ name: 'no such thing?', partitions: 1, compacted: false }),
      );
      expect(error).toMatchObject({ code: 'store-failed' });
      expect(error.message).toContain('name');
    });

    it('say so when they do not exist', async () => {
      const topic = suite.name();
      expect(await failure(suite.stream.ends(topic))).toMatchObject({ code: 'store-failed' });
      expect(await failure(suite.stream.send(topic, [message('x')]))).toMatchObject({ code: 'store-failed' });
      const consuming = Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      const error = await failure(consuming);
      expect(error).toMatchObject({ code: 'store-failed' });
      expect(error.message).toContain('no such topic');
    });

    it('that are compacted take keys and tombstones, and nothing without a key', async () => {
      const topic = await suite.topic(1, true);
      expect(await failure(suite.stream.send(topic, [message('no key')]))).toMatchObject({
        code: 'store-failed',
      });
      await suite.stream.send(topic, [
        { partition: 0, key: 'k', value: Buffer.from('1'), headers: {} },
        { partition: 0, key: 'k', value: null, headers: { why: 'gone' } },
      ]);
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('the tombstone', ({ seen }) => seen.at(-1)?.value === null);
      expect(reader.seen.at(-1)).toMatchObject({ key: 'k', value: null, headers: { why: 'gone' } });
      await reader.close();
    });
  });
}
