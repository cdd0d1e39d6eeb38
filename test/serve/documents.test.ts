import { describe, expect, it } from 'vitest';
import type { Results } from '../../src/analyse/index.ts';
import { buildScorecard } from '../../src/analyse/index.ts';
import { csv } from '../../src/serve/csv.ts';
import { DocumentCache, servedDocument } from '../../src/serve/document-cache.ts';
import { RESULTS_CSV_HEADER, resultsCsv } from '../../src/serve/index.ts';
import { LatestPointers } from '../../src/serve/latest-pointers.ts';
import { isUnchanged, wantsCsv } from '../../src/serve/negotiation.ts';
import { attributionOf, planOf, signups, stamp, twoArms } from '../analyse/fixtures.ts';

describe('CSV', () => {
  it('quotes by RFC 4180', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          ['x,y', 'say "no"'],
          ['two\nlines', null],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""no"""\r\n"two\nlines",\r\n');
  });

  it('runs no formula in a spreadsheet, and leaves negative numbers alone', () => {
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1', 'a=1'];
    const [, ...lines] = csv(
      ['t'],
      texts.map((text) => [text]),
    ).split('\r\n');
    expect(lines).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", `"'\r=1"`, 'a=1', '']);
    expect(csv(['n'], [[-1.5], [1e-300], [0.1 + 0.2]])).toBe(
      'n\r\n-1.5\r\n1e-300\r\n0.30000000000000004\r\n',
    );
  });

  it('of results has as many cells as its header in every row, a failed metric’s too', () => {
    const { results } = buildScorecard(
      planOf({ metrics: [signups, { ...signups, definition: { ...signups.definition, key: 'broken' } }] }),
      attributionOf({
        ...twoArms([50, 500], [90, 500]),
        failed: [{ metric: 'broken', reason: '=HYPERLINK("x")' }],
      }),
      stamp,
    );
    const rows = resultsCsv(results satisfies Results)
      .trimEnd()
      .split('\r\n');
    expect(rows.length).toBe(3);
    expect(rows[1]?.split(',').length).toBe(RESULTS_CSV_HEADER.length);
    expect(rows[2]).toContain(`broken,goal,proportion,failed,"'=HYPERLINK(""x"")"`);
    expect(rows[2]?.split(',').length).toBe(RESULTS_CSV_HEADER.length);
  });
});

describe('negotiation', () => {
  it('gives CSV only to who prefers it', () => {
    expect(wantsCsv(undefined, undefined)).toBe(false);
    expect(wantsCsv(undefined, '*/*')).toBe(false);
    expect(wantsCsv(undefined, 'text/csv')).toBe(true);
    expect(wantsCsv(undefined, 'text/csv, application/json')).toBe(false);
    expect(wantsCsv(undefined, 'application/json;q=0.5, text/csv;q=0.9')).toBe(true);
    expect(wantsCsv(undefined, 'text/csv, */*;q=0.1')).toBe(true);
    expect(wantsCsv(undefined, 'text/csv;q=0')).toBe(false);
    expect(wantsCsv('csv', 'application/json')).toBe(true);
    expect(wantsCsv('json', 'text/csv')).toBe(false);
  });

  it('compares If-None-Match weakly', () => {
    expect(isUnchanged(undefined, '"a"')).toBe(false);
    expect(isUnchanged('"b", "a"', '"a"')).toBe(true);
    expect(isUnchanged('W/"a"', '"a"')).toBe(true);
    expect(isUnchanged('*', '"a"')).toBe(true);
    expect(isUnchanged('a', '"a"')).toBe(false);
  });
});

describe('the cache of documents', () => {
  it('lets the least recently used go when its bytes exceed the bound', () => {
    const cache = new DocumentCache(3 * (512 + 100));
    const document = servedDocument('x'.repeat(100));
    for (const id of ['a', 'b', 'c']) cache.set(id, document);
    expect(cache.get('a')).toBe(document);
    cache.set('d', document);
    expect(['a', 'b', 'c', 'd'].filter((id) => cache.get(id) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('does not keep what alone is too large, nor count an id twice', () => {
    const cache = new DocumentCache(2000);
    cache.set('large', servedDocument('x'.repeat(2000)));
    expect(cache.get('large')).toBeUndefined();
    const small = servedDocument('x'.repeat(1000));
    for (let i = 0; i < 10; i += 1) cache.set('same', small);
    expect(cache.get('same')).toBe(small);
  });

  it('gives different bytes different ETags', () => {
    expect(servedDocument('a').etag).not.toBe(servedDocument('b').etag);
    expect(servedDocument('a').etag).toBe(servedDocument('a').etag);
  });
});

describe('the latest pointer', () => {
  const pointerOf = (scorecardId: string) => ({
    scorecardId,
    dataThrough: new Date(0),
    computedAt: new Date(0),
  });

  it('is never older than 250 ms, counted from the question, and read ahead of that', async () => {
    let nowMs = 0;
    let asked = 0;
    const pointers = new LatestPointers(
      {
        latest: async () => {
          asked += 1;
          nowMs += 50;
          return new Map([['checkout', pointerOf(`sc_${asked}`)]]);
        },
      },
      () => nowMs,
    );
    const idAt = async (ms: number) => {
      nowMs = ms;
      return (await pointers.get('checkout'))?.scorecardId;
    };
    expect(await idAt(0)).toBe('sc_1');
    expect(await idAt(99)).toBe('sc_1');
    expect(asked).toBe(1);
    // Between 100 and 250 ms the known one is answered while the next is read.
    expect(await idAt(249)).toBe('sc_1');
    expect(asked).toBe(2);
    expect(await idAt(300)).toBe('sc_2');
    expect(await idAt(249 + 250)).toBe('sc_3');
  });

  it('is what waiters get where the reading ahead fails', async () => {
    let nowMs = 0;
    let fail = false;
    const pointers = new LatestPointers(
      {
        latest: async () =>
          fail ? Promise.reject(new Error('unreachable')) : new Map([['checkout', pointerOf('sc')]]),
      },
      () => nowMs,
    );
    await pointers.get('checkout');
    fail = true;
    nowMs = 200;
    expect((await pointers.get('checkout'))?.scorecardId).toBe('sc');
    nowMs = 250;
    await expect(pointers.get('checkout')).rejects.toThrow('unreachable');
  });

  it('is not kept when reading it failed', async () => {
    let fail = true;
    const pointers = new LatestPointers(
      { latest: async () => (fail ? Promise.reject(new Error('unreachable')) : new Map()) },
      () => 0,
    );
    await expect(pointers.get('checkout')).rejects.toThrow('unreachable');
    fail = false;
    expect(await pointers.get('checkout')).toBeNull();
  });
});
