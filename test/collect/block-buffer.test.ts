import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BLOCK_BUFFER_LIMITS,
  BlockBuffer,
  type BlockBufferLimits,
  countRows,
} from '../../src/collect/block-buffer.ts';
import type { BlockRows } from '../../src/ingest/index.ts';

const chunk = (rows: number, bytes = rows) => ({
  rows: { impressions: [], conversions: Array.from({ length: rows }, (_, i) => `r${i}`), deadLetters: [] },
  bytes,
});

/** A buffer whose blocks are written when the test says so. */
function held(limits: Partial<BlockBufferLimits> = {}) {
  const writes: { rows: BlockRows; done: PromiseWithResolvers<void> }[] = [];
  const failed: number[] = [];
  const buffer = new BlockBuffer({
    write: (rows) => {
      const done = Promise.withResolvers<void>();
      writes.push({ rows, done });
      return done.promise;
    },
    failed: (block) => failed.push(block),
    limits: { ...BLOCK_BUFFER_LIMITS, lingerMs: 0, mostLingerMs: 0, ...limits },
  });
  return { buffer, writes, failed };
}

describe('BlockBuffer', () => {
  it('writes a lone chunk at once and lets those that come meanwhile share the next block', async () => {
    const { buffer, writes } = held({ writers: 1 });
    const first = buffer.add(chunk(1));
    expect(writes).toHaveLength(1);
    const others = [buffer.add(chunk(2)), buffer.add(chunk(3))];
    expect(writes).toHaveLength(1);
    writes[0]?.done.resolve();
    await first;
    expect(writes.map(({ rows }) => countRows(rows))).toEqual([1, 5]);
    writes[1]?.done.resolve();
    await Promise.all(others);
    expect(buffer.load).toEqual({ rows: 0, bytes: 0 });
  });

  it('answers nobody before the block is written', async () => {
    const { buffer, writes } = held();
    let answered = false;
    const added = buffer.add(chunk(1)).then(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    expect(buffer.load).toEqual({ rows: 1, bytes: 1 });
    writes[0]?.done.resolve();
    await added;
    expect(answered).toBe(true);
  });

  it('starts another block when one is full', () => {
    const { buffer, writes } = held({ writers: 2, blockRows: 10, lingerMs: 60_000 });
    void buffer.add(chunk(1));
    void buffer.add(chunk(9));
    expect(writes).toHaveLength(1);
    void buffer.add(chunk(1));
    expect(writes.map(({ rows }) => countRows(rows))).toEqual([1, 10]);
    void buffer.add(chunk(20));
    expect(writes).toHaveLength(2);
  });

  it('tells of a failure before anybody hears of it, and goes on with the next block', async () => {
    const { buffer, writes, failed } = held({ writers: 1 });
    const first = buffer.add(chunk(1));
    const second = buffer.add(chunk(1));
    const heard = first.catch(() => [...failed]);
    expect(buffer.written(1)).toBeDefined();
    writes[0]?.done.reject(new Error('no'));
    expect(await heard).toEqual([1]);
    expect(buffer.written(1)).toBeUndefined();
    writes[1]?.done.resolve();
    await second;
    expect(failed).toEqual([1]);
  });

  it('drains what waits', async () => {
    const { buffer, writes } = held({ writers: 1, lingerMs: 60_000, eagerRows: 100 });
    const added = [buffer.add(chunk(1)), buffer.add(chunk(1))];
    const drained = buffer.drain();
    writes[0]?.done.resolve();
    await added[0];
    writes[1]?.done.resolve();
    await drained;
    await Promise.all(added);
  });

  describe('of a lone producer', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    /** When the next block is begun, ms after the one before, which took so long to write. */
    async function paceAfter(tookMs: number): Promise<number> {
      vi.useFakeTimers();
      const { buffer, writes } = held({ lingerMs: 50, mostLingerMs: 250 });
      const startedAt = performance.now();
      const first = buffer.add(chunk(1));
      await vi.advanceTimersByTimeAsync(tookMs);
      writes[0]?.done.resolve();
      await first;
      void buffer.add(chunk(1));
      while (writes.length < 2) await vi.advanceTimersByTimeAsync(1);
      return performance.now() - startedAt;
    }

    it.each([
      [2, 50],
      [10, 80],
      [25, 200],
      [100, 250],
    ])('follow each other the slower the longer they take: %d ms, one every %d ms', async (took, pace) => {
      expect(await paceAfter(took)).toBe(pace);
    });
  });
});
