import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { past, Reader } from './reader.ts';
import type { Suite } from './suite.ts';

export function groupCases(suite: Suite): void {
  describe('a group', () => {
    it('shares the partitions; what one member leaves the others take over, and nothing is skipped', async () => {
      const [topic, group] = [await suite.topic(4), suite.name()];
      const sent: string[] = [];
      const sendRound = async (round: string) => {
        for (const partition of [0, 1, 2, 3]) {
          const texts = Array.from({ length: 25 }, (_, n) => `${round} ${partition}.${n}`);
          await suite.send(topic, partition, ...texts);
          sent.push(...texts);
        }
      };
      await sendRound('alone');
      const a = await Reader.start(suite.stream, { group, topics: [topic] });
      await a.until('all partitions and a first round', ({ seen }) => seen.length >= 100);
      expect(a.assigned).toHaveLength(4);

      const b = await Reader.start(await suite.open(), { group, topics: [topic] });
      const joining = sendRound('joining');
      await Promise.all(
        [a, b].map((reader) => reader.until('a half', ({ assigned }) => assigned.length === 2)),
      );
      await joining;
      expect([...a.assigned, ...b.assigned].sort()).toEqual([0, 1, 2, 3].map((n) => `${topic}/${n}`));
      await sendRound('together');
      await b.until(
        'its half',
        ({ texts }) => texts.filter((text) => text?.startsWith('together')).length >= 50,
      );

      await sendRound('leaving');
      await b.close();
      expect(b.ends).toEqual([null]);
      await a.until('all partitions again', ({ assigned }) => assigned.length === 4);
      await sendRound('alone again');
      const all = () => new Set([...a.texts, ...b.texts]);
      await a.until('everything', () => all().size === sent.length);
      expect([...all()].sort()).toEqual([...sent].sort());
      expect([...a.uncalledFor, ...b.uncalledFor]).toEqual([]);
      await a.close();
    });

    it('tells each member its partitions before their first batch, also when it has none', async () => {
      const [topic, group] = [await suite.topic(1), suite.name()];
      const a = await Reader.start(suite.stream, { group, topics: [topic] });
      await a.until('an assignment', ({ assignments }) => assignments.length > 0);
      const b = await Reader.start(suite.stream, { group, topics: [topic] });
      await b.until('an assignment', ({ assignments }) => assignments.length > 0);
      await a.until('another', ({ assignments }) => assignments.length > 1);
      expect([...a.assigned, ...b.assigned]).toEqual([`${topic}/0`]);
      await suite.send(topic, 0, 'x');
      await Promise.race([a, b].map((reader) => reader.until('the message', ({ seen }) => seen.length > 0)));
      expect([...a.uncalledFor, ...b.uncalledFor]).toEqual([]);
      await Promise.all([a.close(), b.close()]);
    });

    it('goes on without a member that keeps it waiting, whose batch is then stale and counts for nothing', async () => {
      const [topic, group] = [await suite.topic(), suite.name()];
      const stream = await suite.open({ rebalanceTimeoutMs: 2000, sessionTimeoutMs: 6000 });
      await suite.send(topic, 0, '0', '1', '2');
      const holding = Promise.withResolvers<void>();
      const told: boolean[] = [];
      const slow = await Reader.start(stream, {
        group,
        topics: [topic],
        onBatch: async (batch) => {
          if (told.length > 0) return { ...past(batch), done: null };
          told.push(batch.isStale());
          holding.resolve();
          while (!batch.isStale()) {
            await batch.heartbeat();
            await turn();
          }
          told.push(batch.isStale());
          return past(batch);
        },
      });
      await holding.promise;
      const quick = await Reader.start(stream, {
        group,
        topics: [topic],
        onBatch: async (batch) => ({ ...past(batch), done: null }),
      });
      await quick.until('the partition', ({ seen }) => seen.length === 3);
      await slow.until('its place in the group again', ({ assignments }) => assignments.length > 1);
      expect(told).toEqual([false, true]);
      await Promise.all([slow.close(), quick.close()]);

      const after = await Reader.start(stream, { group, topics: [topic] });
      await after.until('everything once more', ({ seen }) => seen.length === 3);
      expect(after.texts).toEqual(['0', '1', '2']);
      await after.close();
    });
  });
}
