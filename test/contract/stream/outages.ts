import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../../../src/stream/index.ts';
import { Reader } from './reader.ts';
import { failure, message, type Suite } from './suite.ts';

const quick = {
  sendTimeoutMs: 3000,
  requestTimeoutMs: 3000,
  sessionTimeoutMs: 6000,
  rebalanceTimeoutMs: 4000,
} as const;
const MINUTE_MS = 60_000;

export function outageCases(suite: Suite): void {
  const { broker } = suite;
  describe.skipIf(broker === null)('while the broker is away', () => {
    const ours = () => {
      if (broker === null) throw new Error('this broker is not ours');
      return broker;
    };

    it('killed: everything fails as unavailable, and works again by itself when it is back, with all that was taken', {
      timeout: 3 * MINUTE_MS,
    }, async () => {
      const [topic, group] = [await suite.topic(2), suite.name()];
      const stream = await suite.open(quick);
      const reading = new KeptReader(stream, group, topic);
      await stream.send(topic, [message('before')]);
      await reading.until('before');

      const underWay = Array.from({ length: 40 }, (_, n) => stream.send(topic, [message(`${n}`, n % 2)]));
      await ours().kill();
      const outcomes = await Promise.allSettled(underWay);
      const taken = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [`${n}`] : []));
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'unavailable' });
      for (const work of [
        () => stream.send(topic, [message('lost')]),
        () => stream.ping(),
        () => stream.topics([topic]),
        () => stream.ends(topic),
        () => stream.createTopic({ name: suite.name(), partitions: 1, compacted: false }),
        () => Reader.start(stream, { group: suite.name(), topics: [topic] }),
      ]) {
        const error = await failure(work());
        expect(error).toMatchObject({ code: 'unavailable' });
        expect(error.retryAfterSeconds).toBeGreaterThan(0);
      }

      await ours().restart();
      await stream.ping();
      await stream.send(topic, [message('after')]);
      await reading.until('after');
      expect([...reading.texts]).toEqual(expect.arrayContaining(['before', ...taken, 'after']));
      await reading.close();
      await stream.close();
    });

    it('stopped where it stands: what it does not answer fails in time, and a consumer never waits for ever', {
      timeout: 3 * MINUTE_MS,
    }, async () => {
      const [topic, group] = [await suite.topic(), suite.name()];
      const stream = await suite.open(quick);
      await stream.send(topic, [message('before')]);
      const reader = await Reader.start(stream, { group, topics: [topic] });
      await reader.until('the first', ({ seen }) => seen.length === 1);
      // A batch is committed before the partition's next one is given.
      await stream.send(topic, [message('next')]);
      await reader.until('the next', ({ seen }) => seen.length === 2);

      ours().pause();
      try {
        for (const work of [
          () => stream.send(topic, [message('during')]),
          () => stream.ping(),
          () => stream.ends(topic),
        ])
          expect(await failure(work())).toMatchObject({ code: 'unavailable' });
        expect(await reader.ended()).toMatchObject({ code: 'unavailable' });
      } finally {
        ours().resume();
      }
      await stream.send(topic, [message('after')]);
      const next = new KeptReader(stream, group, topic);
      await next.until('after');
      // Only now: the controller takes a broker that was stopped for dead, until it has heard of it again.
      await stream.ping();
      expect(next.texts.has('before')).toBe(false);
      expect(reader.ends).toHaveLength(1);
      await next.close();
      await stream.close();
    });

    it('a consumer can still be closed, within bounded time', { timeout: 3 * MINUTE_MS }, async () => {
      const topic = await suite.topic();
      const stream = await suite.open(quick);
      const reader = await Reader.start(stream, { group: suite.name(), topics: [topic] });
      await reader.until('an assignment', ({ assignments }) => assignments.length > 0);
      ours().pause();
      try {
        await stream.close();
        expect(reader.ends).toEqual([null]);
      } finally {
        ours().resume();
      }
    });
  });
}

/** A consumer that is made anew whenever it ends, as whoever uses the port has to. */
class KeptReader {
  readonly texts = new Set<string | null>();
  readonly #start: () => Promise<Reader>;
  readonly #kept: Promise<void>;
  #reader: Reader | undefined;
  #closed = false;

  constructor(stream: Stream, group: string, topic: string) {
    this.#start = () =>
      Reader.start(stream, {
        group,
        topics: [topic],
        onBatch: async ({ messages }) => {
          for (const { value } of messages) this.texts.add(value?.toString() ?? null);
          const next = (messages.at(-1)?.offset ?? -1) + 1;
          return { next, done: next, afterMs: 0 };
        },
      });
    this.#kept = this.#keep();
  }

  async until(text: string): Promise<void> {
    const deadline = performance.now() + 2 * MINUTE_MS;
    while (!this.texts.has(text)) {
      if (performance.now() > deadline) throw new Error(`never read: ${text}`);
      await pause(20);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader?.close();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#reader = await this.#start();
        await this.#reader.until('the end', ({ ends }) => ends.length > 0 || this.#closed);
      } catch {
        await pause(100);
      }
    }
  }
}
