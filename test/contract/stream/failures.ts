import { describe, expect, it } from 'vitest';
import { past, Reader } from './reader.ts';
import { failure, message, type Suite } from './suite.ts';

export function failureCases(suite: Suite): void {
  describe('a consumer', () => {
    it('ends once with the error of its batch, which a new one reads again', async () => {
      const [topic, group] = [await suite.topic(), suite.name()];
      await suite.send(topic, 0, '0', '1', '2', '3');
      const error = new Error('the engine is away');
      const failing = await Reader.start(suite.stream, {
        group,
        topics: [topic],
        onBatch: async ({ messages: [first] }) => {
          if (first?.offset === 0) return { next: 2, done: 2, afterMs: 0 };
          throw error;
        },
      });
      expect(await failing.ended()).toBe(error);
      await failing.close();
      expect(failing.ends).toEqual([error]);
      expect(failing.texts).toEqual(['0', '1', '2', '3', '2', '3']);

      const next = await Reader.start(suite.stream, { group, topics: [topic] });
      await next.until('what failed', ({ seen }) => seen.length === 2);
      expect(next.texts).toEqual(['2', '3']);
      await next.close();
    });

    it('ends after the batches that are under way, and what they did counts', async () => {
      const [topic, group] = [await suite.topic(2), suite.name()];
      await suite.stream.send(topic, [message('fails', 0), message('goes well', 1)]);
      const bothHere = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      let here = 0;
      const reader = await Reader.start(suite.stream, {
        group,
        topics: [topic],
        onBatch: async (batch) => {
          here += 1;
          if (here === 2) bothHere.resolve();
          await bothHere.promise;
          if (batch.partition === 0) throw new Error('no');
          await finish.promise;
          return past(batch);
        },
      });
      await bothHere.promise;
      // The failure has had its turns of the event loop, and more: a request to the broker and back.
      await suite.stream.ping();
      expect(reader.ends).toEqual([]);
      finish.resolve();
      expect(await reader.ended()).toMatchObject({ message: 'no' });

      await suite.send(topic, 1, 'later');
      const next = await Reader.start(suite.stream, { group, topics: [topic] });
      await next.until('the rest', ({ seen }) => seen.length === 2);
      expect([...next.texts].sort()).toEqual(['fails', 'later']);
      await next.close();
    });

    it('ends when it cannot be told its partitions, or its outcome is none', async () => {
      const topic = await suite.topic();
      await suite.send(topic, 0, 'x');
      const untold = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onAssigned: () => {
          throw new Error('not now');
        },
      });
      expect(await untold.ended()).toMatchObject({ message: 'not now' });
      expect(untold.seen).toEqual([]);
      const odd = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async () => ({ next: Number.NaN, done: null, afterMs: 0 }),
      });
      expect(await odd.ended()).toMatchObject({ code: 'internal' });
    });

    it('closes after the batch under way, whose outcome counts, and once', async () => {
      const [topic, group] = [await suite.topic(), suite.name()];
      await suite.send(topic, 0, '0', '1');
      const [holding, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const reader = await Reader.start(suite.stream, {
        group,
        topics: [topic],
        onBatch: async (batch) => {
          holding.resolve();
          await finish.promise;
          return past(batch);
        },
      });
      await holding.promise;
      const closing = Promise.all([reader.close(), reader.close()]);
      await suite.stream.ping();
      expect(reader.ends).toEqual([]);
      finish.resolve();
      await closing;
      await reader.close();
      expect(reader.ends).toEqual([null]);

      await suite.send(topic, 0, '2');
      const next = await Reader.start(suite.stream, { group, topics: [topic] });
      await next.until('the next message', ({ seen }) => seen.length > 0);
      expect(next.texts).toEqual(['2']);
      await next.close();
    });

    it('can be closed before it has joined its group', async () => {
      const topic = await suite.topic();
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.close();
      expect(reader.ends).toEqual([null]);
    });

    it('closes with its stream, which then does nothing more', async () => {
      const topic = await suite.topic();
      const stream = await suite.open();
      const reader = await Reader.start(stream, { group: suite.name(), topics: [topic] });
      await reader.until('an assignment', ({ assignments }) => assignments.length > 0);
      await Promise.all([stream.close(), stream.close()]);
      expect(reader.ends).toEqual([null]);
      const options = { group: suite.name(), topics: [topic] };
      for (const work of [
        () => stream.send(topic, [message('x')]),
        () => stream.ping(),
        () => stream.topics([topic]),
        () => stream.ends(topic),
        () => stream.createTopic({ name: topic, partitions: 1, compacted: false }),
        () => Reader.start(stream, options),
      ])
        expect(await failure(work())).toMatchObject({ code: 'unavailable' });
    });
  });
}
