import { describe, expect, it } from 'vitest';
import { Commits } from '../../src/stream/commits.ts';
import { PausedPartitions } from '../../src/stream/paused-partitions.ts';

type Committer = Parameters<Commits['add']>[1];

function recorder(outcomes: (Error | null)[] = []) {
  const requests: string[][] = [];
  const committer: Committer = {
    async commitOffsetsIfNecessary(offsets) {
      requests.push(
        (offsets?.topics ?? []).flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) => `${topic}/${partition}:${offset}`),
        ),
      );
      const outcome = outcomes.shift() ?? null;
      if (outcome !== null) throw outcome;
    },
  };
  return { requests, committer };
}

describe('offsets to commit', () => {
  it('go with the next request when one fails, in their latest form', async () => {
    const { requests, committer } = recorder([new Error('away')]);
    const commits = new Commits();
    commits.add({ topic: 't', partition: 0, offset: 5 }, committer);
    await expect(commits.send()).rejects.toThrow('away');
    expect(commits.areWaiting).toBe(true);
    commits.add({ topic: 't', partition: 0, offset: 9 }, committer);
    commits.add({ topic: 't', partition: 1, offset: 2 }, committer);
    await commits.send();
    expect(commits.areWaiting).toBe(false);
    expect(requests).toEqual([['t/0:5'], ['t/0:9', 't/1:2']]);
  });

  it('that come while others are under way are not taken for done', async () => {
    const { committer } = recorder();
    const commits = new Commits();
    commits.add({ topic: 't', partition: 0, offset: 5 }, committer);
    const sending = commits.send();
    expect(commits.areWaiting).toBe(false);
    commits.add({ topic: 't', partition: 0, offset: 6 }, committer);
    await sending;
    expect(commits.areWaiting).toBe(true);
  });

  it('of an older generation are never sent', async () => {
    const { requests, committer } = recorder();
    const commits = new Commits();
    commits.add({ topic: 't', partition: 0, offset: 5 }, committer);
    commits.forget();
    expect(commits.areWaiting).toBe(false);
    await commits.send();
    expect(requests).toEqual([]);
  });
});

describe('pauses', () => {
  it('end with the assignment that they were made in', () => {
    const calls: string[] = [];
    const note = (what: string) => (list: { topic: string; partitions?: number[] }[]) => {
      for (const { topic, partitions } of list) calls.push(`${what} ${topic}/${partitions?.join()}`);
    };
    const paused = new PausedPartitions({ pause: note('pause'), resume: note('resume') });
    paused.pause('t', 0, 3_600_000);
    paused.pause('t', 1, 3_600_000);
    paused.resumeAll();
    paused.resumeAll();
    expect(calls).toEqual(['pause t/0', 'pause t/1', 'resume t/0', 'resume t/1']);
  });
});
