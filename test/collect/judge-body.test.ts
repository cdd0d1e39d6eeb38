import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { judgeBody } from '../../src/collect/judge-body.ts';
import { conversion, impression } from '../events/samples.ts';
import { jsonRequest, linesRequest } from './requests.ts';

const two = [impression(), conversion()];
const codes = (request: Parameters<typeof judgeBody>[0]) =>
  judgeBody(request).verdicts.map((verdict) => (verdict.type === 'rejection' ? verdict.code : verdict.type));
const refused = (request: Parameters<typeof judgeBody>[0]) => {
  try {
    judgeBody(request);
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'taken';
};
const lines = (events: unknown[]) => events.map((event) => JSON.stringify(event)).join('\n');

describe('the format of a body', () => {
  it.each([
    ['application/json', 'taken'],
    ['Application/JSON; charset=UTF-8', 'taken'],
    ['application/json;charset="utf-8"', 'taken'],
    ['application/json; charset=latin1', 'unsupported-media'],
    ['application/json; boundary=x', 'unsupported-media'],
    ['application/jsonp', 'unsupported-media'],
    ['text/plain', 'unsupported-media'],
    ['application/x-www-form-urlencoded', 'unsupported-media'],
    ['', 'unsupported-media'],
    [undefined, 'unsupported-media'],
  ])('of type %j: %s', (contentType, expected) => {
    expect(refused(jsonRequest(two, { contentType }))).toBe(expected);
  });

  it.each([
    [undefined, 'taken'],
    ['identity', 'taken'],
    ['', 'taken'],
    ['br', 'unsupported-media'],
    ['gzip, gzip', 'unsupported-media'],
    ['gzip', 'bad-request'],
    ['zstd', 'bad-request'],
  ])('sent plain as encoding %j: %s', (contentEncoding, expected) => {
    expect(refused(jsonRequest(two, { contentEncoding }))).toBe(expected);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['zstd', zstdCompressSync],
  ])('is decompressed from %s', (contentEncoding, compress) => {
    const body = compress(JSON.stringify(two));
    expect(codes(jsonRequest([], { body, contentEncoding }))).toEqual(['impression', 'conversion']);
    expect(codes(linesRequest(compress(lines(two)), { contentEncoding }))).toEqual([
      'impression',
      'conversion',
    ]);
    for (const length of [0, 1, 5, body.length - 1])
      expect(refused(jsonRequest([], { body: body.subarray(0, length), contentEncoding }))).toBe(
        'bad-request',
      );
  });
});

describe('the size of a body', () => {
  const padded = (bytes: number) => Buffer.from(JSON.stringify(two).padEnd(bytes, ' '));

  it('is at most 1 MB, before and after decompression', () => {
    expect(refused(jsonRequest([], { body: padded(1_048_576) }))).toBe('taken');
    expect(refused(jsonRequest([], { body: padded(1_048_577) }))).toBe('too-large');
    for (const [contentEncoding, compress] of [
      ['gzip', gzipSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      expect(refused(jsonRequest([], { body: compress(padded(1_048_576)), contentEncoding }))).toBe('taken');
      expect(refused(jsonRequest([], { body: compress(padded(1_048_577)), contentEncoding }))).toBe(
        'too-large',
      );
      expect(refused(jsonRequest([], { body: compress(padded(100_000_000)), contentEncoding }))).toBe(
        'too-large',
      );
    }
  });

  it('counts concatenated frames together', () => {
    const half = gzipSync(padded(700_000));
    expect(refused(jsonRequest([], { body: Buffer.concat([half, half]), contentEncoding: 'gzip' }))).toBe(
      'too-large',
    );
    const frame = zstdCompressSync(padded(700_000));
    expect(refused(jsonRequest([], { body: Buffer.concat([frame, frame]), contentEncoding: 'zstd' }))).toBe(
      'too-large',
    );
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('loses no event of a later %s frame', (contentEncoding, compress) => {
    const frames = [impression(), conversion()].map((event) => compress(`${JSON.stringify(event)}\n`));
    const body = Buffer.concat(frames);
    expect(codes(linesRequest(body, { contentEncoding }))).toEqual(['impression', 'conversion']);
    const refusedBodies = [body.subarray(0, -3), Buffer.concat([body, Buffer.from('rest')])];
    for (const cut of refusedBodies)
      expect(refused(linesRequest(cut, { contentEncoding }))).toBe('bad-request');
  });

  it('is not spread over thousands of empty frames', () => {
    const body = Buffer.concat(Array.from({ length: 5000 }, () => zstdCompressSync('')));
    expect(refused(linesRequest(body, { contentEncoding: 'zstd' }))).toBe('bad-request');
  });

  it('gives a frame no window of more than 8 MB', () => {
    const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 };
    // Without a content size a frame asks for the whole window.
    const body = Buffer.from(zstdCompressSync(JSON.stringify(two), { params }));
    expect(refused(jsonRequest([], { body, contentEncoding: 'zstd' }))).toMatch(/taken|bad-request/);
    const asksFor2Gb = Buffer.from('28b52ffd00a801000061', 'hex');
    expect(refused(jsonRequest([], { body: asksFor2Gb, contentEncoding: 'zstd' }))).toBe('bad-request');
  });

  it('is at most 1000 events', () => {
    const events = Array.from({ length: 1001 }, () => 1);
    expect(refused(jsonRequest(events))).toBe('too-large');
    expect(refused(linesRequest(lines(events)))).toBe('too-large');
    expect(codes(jsonRequest(events.slice(1)))).toHaveLength(1000);
    expect(codes(linesRequest(lines(events.slice(1))))).toHaveLength(1000);
  });
});

describe('a JSON array', () => {
  it.each([
    ['', 'bad-request'],
    ['{}', 'bad-request'],
    ['null', 'bad-request'],
    ['"[]"', 'bad-request'],
    ['[', 'bad-request'],
    ['[1,]', 'bad-request'],
    ['[] []', 'bad-request'],
    [`${'['.repeat(500_000)}`, 'bad-request'],
    [`${'['.repeat(500_000)}${']'.repeat(500_000)}`, 'taken'],
    ['[]', 'taken'],
    [' \n[ ] ', 'taken'],
    ['\ufeff[]', 'taken'],
  ])('%#: %s', (text, expected) => {
    expect(refused(jsonRequest([], { body: Buffer.from(text) }))).toBe(expected);
  });

  it('is refused as a whole where it is cut off or no UTF-8', () => {
    const body = Buffer.from(JSON.stringify(two));
    for (const length of [1, 50, body.length - 1])
      expect(refused(jsonRequest([], { body: body.subarray(0, length) }))).toBe('bad-request');
    const latin1 = Buffer.from(JSON.stringify([conversion({ id: 'é' })]), 'latin1');
    expect(refused(jsonRequest([], { body: latin1 }))).toBe('bad-request');
  });

  it('gives back the bytes of each event as they came', () => {
    const texts = ['{"a" : [1, "]"], "b\\"":{}}', '1e400', '"x,[\\\\"', 'null', '[]', '"é"'];
    const body = Buffer.from(`\ufeff [${texts.join(' ,\n')} ] `);
    const judged = judgeBody(jsonRequest([], { body }));
    expect(texts.map((_, i) => judged.bytesOf(i).toString('utf8'))).toEqual(texts);
  });
});

describe('NDJSON', () => {
  it('judges each line by itself and takes no index for a blank one', () => {
    const text = `${JSON.stringify(impression())}\r\n\n{"cut":\n  \t\r\n[]\n${JSON.stringify(conversion())}`;
    const request = linesRequest(text);
    expect(codes(request)).toEqual(['impression', 'not-json', 'not-an-object', 'conversion']);
    expect(judgeBody(request).bytesOf(1).toString('utf8')).toBe('{"cut":');
    expect(codes(linesRequest(''))).toEqual([]);
    expect(codes(linesRequest('\n\n'))).toEqual([]);
    expect(codes(linesRequest(`\ufeff${JSON.stringify(conversion())}\n`))).toEqual(['conversion']);
  });

  it('rejects the lines that are no UTF-8 and keeps the others', () => {
    const good = Buffer.from(`${JSON.stringify(conversion({ id: 'é' }))}\n`);
    const bad = Buffer.from(`${JSON.stringify(conversion({ id: 'é' }))}\n`, 'latin1');
    const request = linesRequest(Buffer.concat([good, bad, good]));
    expect(codes(request)).toEqual(['conversion', 'not-utf8', 'conversion']);
    expect(judgeBody(request).bytesOf(1).equals(bad.subarray(0, -1))).toBe(true);
  });
});
