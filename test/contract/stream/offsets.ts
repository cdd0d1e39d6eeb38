import { describe, expect, it } from 'vitest';
import { past, Reader } from './reader.ts';
import type { Suite } from './suite.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);
const HOUR_MS = 3_600_000;

export function offsetCases(suite: Suite): void {
  describe('the outcome of a batch', () => {
    it('says where to read on: past what is not wanted, in the middle, and backwards', async () => {
      const topic = await suite.topic();
      await suite.send(topic, 0, ...numbers(10));
      const firsts: number[] = [];
      const nexts = [3, 7, 1, 9, 0];
      const reader = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async (batch) => {
          firsts.push(batch.messages[0]?.offset ?? -1);
          return { next: nexts[firsts.length - 1] ?? 10, done: null, afterMs: 0 };
        },
      });
      await reader.until('six batches', () => firsts.length === 6);
      expect(firsts).toEqual([0, ...nexts]);
      await reader.close();
    });

    it('may wait for messages that are yet to come', async () => {
      const topic = await suite.topic();
      await suite.send(topic, 0, '0', '1');
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('the first', ({ seen }) => seen.length === 2);
      await suite.send(topic, 0, '2');
      await reader.until('the next', ({ seen }) => seen.length === 3);
      expect(reader.texts).toEqual(['0', '1', '2']);
      await reader.close();
    });

    it('says what is done: a new consumer of the group starts there, another group at the first message', async () => {
      const [topic, group] = [await suite.topic(2), suite.name()];
      await suite.send(topic, 0, ...numbers(10));
      await suite.send(topic, 1, ...numbers(10));
      const first = await Reader.start(suite.stream, {
        group,
        topics: [topic],
        onBatch: async (batch) => ({ ...past(batch), done: batch.partition === 0 ? 4 : null }),
      });
      await first.until('all messages', ({ seen }) => seen.length === 20);
      await first.close();
      expect(first.ends).toEqual([null]);

      const second = await Reader.start(suite.stream, { group, topics: [topic] });
      await second.until('the rest', ({ seen }) => seen.length === 16);
      expect(second.seen.filter(({ partition }) => partition === 0).map(({ offset }) => offset)).toEqual([
        4, 5, 6, 7, 8, 9,
      ]);
      expect(second.seen.filter(({ partition }) => partition === 1)[0]?.offset).toBe(0);
      await second.close();

      await suite.send(topic, 1, 'last');
      const third = await Reader.start(suite.stream, { group, topics: [topic] });
      await third.until('the new one', ({ seen }) => seen.length > 0);
      expect(third.texts).toEqual(['last']);
      await third.close();

      const other = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await other.until('everything', ({ seen }) => seen.length === 21);
      await other.close();
    });

    it('holds a partition back while the others go on', async () => {
      const topic = await suite.topic(2);
      await suite.send(topic, 0, 'held 0', 'held 1');
      const reader = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async (batch) =>
          batch.partition === 0 ? { next: 1, done: null, afterMs: HOUR_MS } : past(batch),
      });
      await reader.until('the held one', ({ seen }) => seen.length > 0);
      const held = reader.seen.length;
      for (const n of [1, 2, 3]) {
        await suite.send(topic, 1, `free ${n}`);
        await reader.until(`free ${n}`, ({ texts }) => texts.includes(`free ${n}`));
      }
      expect(reader.texts.slice(held)).toEqual(['free 1', 'free 2', 'free 3']);
      await reader.close();
      expect(reader.ends).toEqual([null]);
    });

    it('lets a partition go on after a while', async () => {
      const topic = await suite.topic();
      await suite.send(topic, 0, '0', '1', '2');
      const reader = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async (batch) => ({
          next: (batch.messages[0]?.offset ?? 0) + 1,
          done: null,
          afterMs: 20,
        }),
      });
      await reader.until('the last alone', ({ seen }) => seen.length >= 6);
      expect(reader.texts.slice(0, 6)).toEqual(['0', '1', '2', '1', '2', '2']);
      await reader.close();
    });

    it('comes from one batch of a partition at a time, while other partitions have theirs', async () => {
      const topic = await suite.topic(3);
      for (const partition of [0, 1, 2]) await suite.send(topic, partition, ...numbers(30));
      const underWay = new Map<number, number>();
      let together = 0;
      let overlaps = 0;
      const meet = Promise.withResolvers<void>();
      const reader = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async ({ partition, messages: [first], heartbeat }) => {
          const others = underWay.get(partition) ?? 0;
          overlaps += others;
          underWay.set(partition, others + 1);
          together = Math.max(
            together,
            [...underWay.values()].reduce((sum, n) => sum + n, 0),
          );
          await heartbeat();
          if (together >= 2) meet.resolve();
          await meet.promise;
          underWay.set(partition, (underWay.get(partition) ?? 1) - 1);
          return { next: (first?.offset ?? 0) + 10, done: null, afterMs: 0 };
        },
      });
      const lastOf = (partition: number) => reader.seen.filter((read) => read.partition === partition).at(-1);
      await reader.until('all messages', ({ seen }) => seen.length === 180);
      expect([0, 1, 2].map((partition) => lastOf(partition)?.text)).toEqual(['29', '29', '29']);
      expect(overlaps).toBe(0);
      expect(together).toBeGreaterThanOrEqual(2);
      await reader.close();
    });
  });
}
