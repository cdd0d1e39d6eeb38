import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Collector, type CollectorLimits } from '../../src/collect/collector.ts';
import { AppError } from '../../src/errors.ts';
import type { BlockRows } from '../../src/ingest/index.ts';
import { conversion, impression } from '../events/samples.ts';
import { jsonRequest, linesRequest } from './requests.ts';

interface Write {
  readonly rows: BlockRows;
  readonly done: PromiseWithResolvers<void>;
}

/** A collector over a store in memory; `hold` leaves it to the test when a block is written. */
function collectorOf({
  hold = false,
  limits = {},
}: {
  hold?: boolean;
  limits?: Partial<CollectorLimits>;
} = {}) {
  const writes: Write[] = [];
  const stored: string[] = [];
  const registry = new Registry();
  const collector = new Collector({
    registry,
    limits: { lingerMs: 0, mostLingerMs: 0, writers: 1, recentSlots: 1024, ...limits },
    write: async (rows) => {
      const done = Promise.withResolvers<void>();
      if (!hold) done.resolve();
      writes.push({ rows, done });
      await done.promise;
      stored.push(...rows.impressions, ...rows.conversions);
    },
  });
  return { collector, writes, stored, registry };
}

const verdicts = (accepted: number, duplicates: number, rejected: unknown[] = []) => ({
  accepted,
  duplicates,
  rejected,
});
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('Collector', () => {
  it('keeps the good events of a bad body, and the bad ones apart with their bytes', async () => {
    const { collector, writes } = collectorOf();
    const answer = await collector.collect(
      jsonRequest([impression(), conversion({ name: '' }), conversion(), 7]),
    );
    expect(answer).toMatchObject({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, code: 'invalid-name' },
        { index: 3, code: 'not-an-object' },
      ],
    });
    const { rows } = writes[0] as Write;
    expect(rows.impressions).toHaveLength(1);
    expect(rows.conversions).toHaveLength(1);
    const letters = rows.deadLetters.map((row) => JSON.parse(`${row}]`) as unknown[]);
    const raw = letters.map((letter) => Buffer.from(String(letter[2]), 'base64').toString('utf8'));
    expect(raw).toEqual([JSON.stringify(conversion({ name: '' })), '7']);
    expect(letters.map((letter) => letter.slice(3))).toEqual([
      [raw[0]?.length, 'token:test', 1],
      [1, 'token:test', 3],
    ]);
  });

  it('keeps at most 4096 bytes of a bad event', async () => {
    const { collector, writes } = collectorOf();
    await collector.collect(linesRequest(`"${'x'.repeat(10_000)}"`));
    const letter = JSON.parse(`${writes[0]?.rows.deadLetters[0]}]`) as unknown[];
    expect(Buffer.from(String(letter[2]), 'base64')).toHaveLength(4096);
    expect(letter[3]).toBe(10_002);
  });

  it('gives the same verdicts on trial and keeps nothing', async () => {
    const { collector, writes } = collectorOf();
    const request = jsonRequest([impression(), conversion({ value: 'x' }), conversion()]);
    const tried = collector.validate(request);
    expect(writes).toEqual([]);
    expect(await collector.collect(request)).toEqual(tried);
  });

  it('answers an empty body without storing anything', async () => {
    const { collector, writes } = collectorOf();
    expect(await collector.collect(jsonRequest([]))).toEqual(verdicts(0, 0));
    expect(writes).toEqual([]);
  });

  it('answers only once the rows are durable', async () => {
    const { collector, writes } = collectorOf({ hold: true });
    let answered = false;
    const answer = collector.collect(jsonRequest([conversion()])).finally(() => {
      answered = true;
    });
    await tick();
    expect(answered).toBe(false);
    writes[0]?.done.resolve();
    expect(await answer).toEqual(verdicts(1, 0));
  });
});

describe('the same event again', () => {
  it('is a duplicate, in the same body and later, and stored once', async () => {
    const { collector, stored } = collectorOf();
    expect(await collector.collect(jsonRequest([conversion(), conversion()]))).toEqual(verdicts(1, 1));
    const again = conversion({ sentAt: '2026-03-01T10:00:00Z' });
    expect(await collector.collect(jsonRequest([again, impression()]))).toEqual(verdicts(1, 1));
    expect(stored).toHaveLength(2);
  });

  it('with another content is a duplicate and stored, so that attribution can choose', async () => {
    const { collector, stored } = collectorOf();
    await collector.collect(jsonRequest([conversion()]));
    expect(await collector.collect(jsonRequest([conversion({ value: 1 })]))).toEqual(verdicts(0, 1));
    expect(stored).toHaveLength(2);
  });

  it.each([
    ['id', conversion({ id: 'other' })],
    ['environment', conversion({ environment: 'staging' })],
    ['name', conversion({ name: 'refund' })],
    ['unit id', conversion({ unit: { type: 'user', id: 'u2' } })],
    ['unit type', conversion({ unit: { type: 'device', id: 'u1' } })],
    ['kind', impression({ id: conversion()['id'], flag: 'purchase' })],
  ])('is another event under another %s', async (_, other) => {
    const { collector, stored } = collectorOf();
    await collector.collect(jsonRequest([conversion()]));
    expect(await collector.collect(jsonRequest([other]))).toEqual(verdicts(1, 0));
    expect(stored).toHaveLength(2);
  });

  it('with one unit more is stored for all of them, since each row names all', async () => {
    const { collector, stored } = collectorOf();
    await collector.collect(jsonRequest([conversion()]));
    expect(await collector.collect(jsonRequest([conversion({ units: { device: 'd9' } })]))).toEqual(
      verdicts(1, 0),
    );
    expect(stored).toHaveLength(3);
  });

  it('waits for the block that has it', async () => {
    const { collector, writes, stored } = collectorOf({ hold: true });
    const first = collector.collect(jsonRequest([conversion()]));
    let answered = false;
    const second = collector.collect(jsonRequest([conversion()])).finally(() => {
      answered = true;
    });
    await tick();
    expect(answered).toBe(false);
    expect(writes).toHaveLength(1);
    writes[0]?.done.resolve();
    expect(await first).toEqual(verdicts(1, 0));
    expect(await second).toEqual(verdicts(0, 1));
    expect(stored).toHaveLength(1);
  });

  it('is no duplicate of one that could not be stored, and whoever waited for that is told', async () => {
    const { collector, writes, stored } = collectorOf({ hold: true });
    const first = collector.collect(jsonRequest([conversion()]));
    const second = collector.collect(jsonRequest([conversion()]));
    // The very next thing that happens after the failure is a third try.
    const third = first.catch(() => collector.collect(jsonRequest([conversion()])));
    writes[0]?.done.reject(new AppError('unavailable', 'Down.'));
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await expect(second).rejects.toMatchObject({ code: 'unavailable' });
    await tick();
    writes[1]?.done.resolve();
    expect(await third).toEqual(verdicts(1, 0));
    expect(stored).toHaveLength(1);
  });
});

describe('under load', () => {
  it('refuses what the buffer cannot hold, and remembers nothing of it', async () => {
    const { collector, writes } = collectorOf({ hold: true, limits: { bufferRows: 3 } });
    const events = (...ids: string[]) => jsonRequest(ids.map((id) => conversion({ id })));
    const first = collector.collect(events('a', 'b'));
    await expect(collector.collect(events('c', 'd'))).rejects.toMatchObject({
      code: 'too-many-requests',
      retryAfterSeconds: 1,
    });
    const second = collector.collect(events('c'));
    writes[0]?.done.resolve();
    expect(await first).toEqual(verdicts(2, 0));
    await tick();
    writes[1]?.done.resolve();
    expect(await second).toEqual(verdicts(1, 0));
    const third = collector.collect(events('c', 'd'));
    await tick();
    writes[2]?.done.resolve();
    expect(await third).toEqual(verdicts(1, 1));
  });

  it('is bounded in bytes too', async () => {
    const { collector } = collectorOf({ limits: { bufferBytes: 500 } });
    await expect(
      collector.collect(jsonRequest([conversion(), conversion(), conversion()])),
    ).rejects.toMatchObject({
      code: 'too-many-requests',
    });
    expect(await collector.collect(jsonRequest([conversion()]))).toEqual(verdicts(1, 0));
  });

  it('stores what it took before it closes, and takes no more', async () => {
    const { collector, stored } = collectorOf({ limits: { lingerMs: 60_000, eagerRows: 100 } });
    await collector.collect(jsonRequest([conversion({ id: 'a' })]));
    const waiting = collector.collect(jsonRequest([conversion({ id: 'b' })]));
    await collector.close();
    expect(await waiting).toEqual(verdicts(1, 0));
    expect(stored).toHaveLength(2);
    await expect(collector.collect(jsonRequest([conversion({ id: 'c' })]))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('counts what became of the events', async () => {
    const { collector, registry } = collectorOf();
    await collector.collect(jsonRequest([conversion(), conversion(), 5]));
    await expect(collector.collect(jsonRequest({}))).rejects.toThrow();
    const text = await registry.metrics();
    expect(text).toContain('assay_collect_accepted_total 1');
    expect(text).toContain('assay_collect_duplicates_total 1');
    expect(text).toContain('assay_collect_rejected_total{code="not-an-object"} 1');
    expect(text).toContain('assay_collect_refused_requests_total{code="bad-request"} 1');
    expect(text).toContain('assay_collect_buffer_rows 0');
  });
});
