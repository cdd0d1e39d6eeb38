import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../src/collect/recent-events.ts';

describe('RecentEvents', () => {
  it('tells new, same and changed', () => {
    const recent = new RecentEvents(16);
    expect(recent.sight('a', '1', 1)).toEqual({ known: 'new', block: 1 });
    expect(recent.sight('a', '1', 2)).toEqual({ known: 'same', block: 1 });
    expect(recent.sight('a', '2', 3)).toEqual({ known: 'changed', block: 3 });
    expect(recent.sight('a', '2', 4)).toEqual({ known: 'same', block: 3 });
    expect(recent.sight('b', '1', 5)).toEqual({ known: 'new', block: 5 });
  });

  it('forgets the rows of a block that failed, and only these', () => {
    const recent = new RecentEvents(16);
    recent.sight('a', '1', 1);
    recent.sight('b', '1', 2);
    recent.forgetBlock(1);
    expect(recent.sight('a', '1', 3).known).toBe('new');
    expect(recent.sight('b', '1', 3).known).toBe('same');
  });

  it('remembers the latest rows, however many come, in bounded room', () => {
    const slots = 1024;
    const recent = new RecentEvents(slots);
    for (let i = 0; i < 10_000; i++) expect(recent.sight(`e${i}`, 'x', 1).known).toBe('new');
    for (let i = 10_000 - Math.floor(0.6 * slots); i < 10_000; i++)
      expect(recent.sight(`e${i}`, 'x', 1).known, `e${i}`).toBe('same');
    expect(recent.sight('e0', 'x', 1).known).toBe('new');
  });

  it('never says "same" of what it was not told, or was told to forget', () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 60 }).map((n) => `e${n}`),
      content: fc.constantFrom('x', 'y', 'z'),
      forget: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const recent = new RecentEvents(32);
        const told = new Map<string, Set<string>>();
        let block = 1;
        const inBlock: string[] = [];
        for (const { id, content, forget } of steps) {
          if (forget) {
            recent.forgetBlock(block);
            for (const key of inBlock.splice(0)) told.get(key.slice(1))?.delete(key.slice(0, 1));
            block += 1;
            continue;
          }
          const { known } = recent.sight(id, content, block);
          if (known === 'same') expect(told.get(id)?.has(content)).toBe(true);
          if (known === 'new' || known === 'changed') inBlock.push(content + id);
          told.set(id, (told.get(id) ?? new Set()).add(content));
          if (inBlock.length >= 5) {
            inBlock.length = 0;
            block += 1;
          }
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
