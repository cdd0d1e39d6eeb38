import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../../../src/stream/index.ts';
import { Reader } from './reader.ts';
import { COMPRESSIONS, failure, type Message, message, type Suite } from './suite.ts';

export function messageCases(suite: Suite): void {
  describe('messages', () => {
    it.each(COMPRESSIONS)('come back as they were sent, compressed as %s', async (compression) => {
      const topic = await suite.topic(2);
      const stream = await suite.open({ compression });
      const sent: Message[] = [
        { partition: 0, key: 'a', value: Buffer.from('one'), headers: { type: 'events', naïve: 'é – 語' } },
        { partition: 0, key: null, value: Buffer.from([0, 255, 128, 10]), headers: {} },
        { partition: 0, key: '', value: Buffer.alloc(0), headers: { empty: '' } },
        { partition: 0, key: 'gone', value: null, headers: {} },
        { partition: 0, key: 'long', value: Buffer.from('abc'.repeat(50_000)), headers: {} },
        { partition: 1, key: 'other', value: Buffer.from('elsewhere'), headers: {} },
      ];
      const before = Date.now();
      await stream.send(topic, sent);
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('all messages', ({ seen }) => seen.length === sent.length);
      for (const partition of [0, 1]) {
        const expected = sent.filter((outgoing) => outgoing.partition === partition);
        const read = reader.seen.filter((incoming) => incoming.partition === partition);
        expect(read.map(({ offset }) => offset)).toEqual(expected.map((_, index) => index));
        expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
          expected.map(({ key, value, headers }) => ({ key, value, headers })),
        );
      }
      for (const { timestamp } of reader.seen) {
        expect(timestamp).toBeGreaterThanOrEqual(before);
        expect(timestamp).toBeLessThanOrEqual(Date.now());
      }
      await reader.close();
    });

    it('of one send are all taken, whatever they amount to', async () => {
      const topic = await suite.topic(2);
      const large = randomBytes(600_000).toString('base64');
      const sent = [
        ...Array.from({ length: 5 }, (_, n) => message(`large ${n} ${large}`, 0)),
        ...Array.from({ length: 6000 }, (_, n) => message(`small ${n}`, 1)),
      ];
      await suite.stream.send(topic, sent);
      expect(await suite.stream.ends(topic)).toMatchObject([{ end: 5 }, { end: 6000 }]);
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('all messages', ({ seen }) => seen.length === sent.length);
      for (const partition of [0, 1])
        expect(reader.seen.filter((read) => read.partition === partition).map(({ text }) => text)).toEqual(
          sent.filter((outgoing) => outgoing.partition === partition).map(({ value }) => value?.toString()),
        );
      await reader.close();
    });

    it('may have a megabyte each', async () => {
      const topic = await suite.topic();
      const stream = await suite.open({ compression: 'none' });
      const value = randomBytes(1_000_000);
      await stream.send(topic, [{ partition: 0, key: null, value, headers: {} }, message('behind it')]);
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('both', ({ seen }) => seen.length === 2);
      expect(reader.seen[0]?.value?.equals(value)).toBe(true);
      expect(reader.texts[1]).toBe('behind it');
      await reader.close();
    });

    it('tell how far their partition goes', async () => {
      const topic = await suite.topic();
      await suite.send(topic, 0, ...Array.from({ length: 20 }, (_, n) => `${n}`));
      const ends: number[] = [];
      const reader = await Reader.start(suite.stream, {
        group: suite.name(),
        topics: [topic],
        onBatch: async ({ messages: [first], end }) => {
          ends.push(end);
          return { next: (first?.offset ?? 0) + 10, done: null, afterMs: 0 };
        },
      });
      await reader.until('two batches', () => ends.length === 2);
      expect(ends).toEqual([20, 20]);
      await reader.close();
    });

    it('that are too large, or for no partition, are refused with what to do', async () => {
      const topic = await suite.topic();
      const huge = { ...message(''), value: randomBytes(3_000_000) };
      const tooLarge = await failure(suite.stream.send(topic, [huge]));
      expect(tooLarge).toMatchObject({ code: 'store-failed' });
      expect(tooLarge.message).toContain('larger than the topic takes');
      const astray = await failure(suite.stream.send(topic, [message('here', 0), message('nowhere', 7)]));
      expect(astray).toMatchObject({ code: 'store-failed' });
      expect(astray.message).toContain('no partition 7');
      expect(await suite.stream.ends(topic)).toEqual([{ partition: 0, first: 0, end: 1 }]);
    });

    it('may be none', async () => {
      const topic = await suite.topic();
      await suite.stream.send(topic, []);
      expect(await suite.stream.ends(topic)).toEqual([{ partition: 0, first: 0, end: 0 }]);
    });

    it('sent at once by many callers keep their order within each send', async () => {
      const topic = await suite.topic(3);
      const sends = Array.from({ length: 30 }, (_, send) =>
        Array.from({ length: 20 }, (_, n) => message(`${send}.${n}`, send % 3)),
      );
      await Promise.all(sends.map((messages) => suite.stream.send(topic, messages)));
      expect(await totalOf(suite.stream, topic)).toBe(600);
      const reader = await Reader.start(suite.stream, { group: suite.name(), topics: [topic] });
      await reader.until('all messages', ({ seen }) => seen.length === 600);
      for (const [send, messages] of sends.entries())
        expect(reader.texts.filter((text) => text?.startsWith(`${send}.`))).toEqual(
          messages.map(({ value }) => value?.toString()),
        );
      await reader.close();
    });
  });
}

async function totalOf(stream: Stream, topic: string): Promise<number> {
  return (await stream.ends(topic)).reduce((sum, { first, end }) => sum + end - first, 0);
}
