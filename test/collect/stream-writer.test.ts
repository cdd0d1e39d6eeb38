import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { StreamWriter } from '../../src/collect/index.ts';
import { AppError } from '../../src/errors.ts';
import { encodeRows, parseEvent } from '../../src/events/index.ts';
import { conversion, impression, NOW } from '../events/samples.ts';
import { RecordingStream } from './recording-stream.ts';

const NONE = { impressions: [], conversions: [], deadLetters: [] };

function encoded(raw: unknown): string[] {
  const event = parseEvent(raw, NOW);
  if (event.type === 'rejection') throw new Error(event.detail);
  return encodeRows(event).map(({ identity, content, sent }) => identity + content + sent);
}

const user = (id: string) => ({ unit: { type: 'user', id } });
const impressionOf = (id: string) => encoded(impression({ ...user(id), id: `i-${id}` }));
const conversionOf = (id: string) => encoded(conversion({ ...user(id), id: `c-${id}` }));

function writerOf(stream: RecordingStream, options: { envelopeBytes?: number; elapsed?: () => number } = {}) {
  const registry = new Registry();
  const logger = pino({ level: 'silent' });
  return { registry, writer: new StreamWriter({ stream, topic: 'events', registry, logger, ...options }) };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('StreamWriter', () => {
  it('sends one message a partition, with the rows of all tables', async () => {
    const stream = new RecordingStream(4);
    const { writer } = writerOf(stream);
    const ids = Array.from({ length: 200 }, (_, i) => `u${i}`);
    const rows = {
      impressions: ids.flatMap(impressionOf),
      conversions: ids.flatMap(conversionOf),
      deadLetters: ['["not-json","a","",0,"token:1",0', '["not-json","b","",0,"token:1",1'],
    };
    await writer.write(rows);
    expect(stream.sends).toHaveLength(1);
    const partitions = stream.sends.flatMap(({ messages }) => messages.map(({ partition }) => partition));
    expect(partitions.sort()).toEqual([0, 1, 2, 3]);
    const found = [...stream.rows().values()];
    for (const kind of ['impressions', 'conversions', 'deadLetters'] as const)
      expect(found.flatMap((of) => of[kind]).sort()).toEqual([...rows[kind]].sort());
    // Those of one flush stay together, so that they make no messages of their own in every partition.
    expect(found.filter(({ deadLetters }) => deadLetters.length > 0)).toHaveLength(1);
  });

  it('sends all rows of a unit to one partition, whatever the event and whoever the writer', async () => {
    const ids = Array.from({ length: 300 }, (_, i) => `unit "${i}" of möre \\ bytes`);
    const [one, other] = [new RecordingStream(7), new RecordingStream(7)];
    await writerOf(one).writer.write({ ...NONE, impressions: ids.flatMap(impressionOf) });
    await writerOf(other).writer.write({ ...NONE, conversions: ids.flatMap(conversionOf).reverse() });
    const unitsOf = (stream: RecordingStream, kind: 'impressions' | 'conversions') =>
      new Map(
        [...stream.rows()].flatMap(([partition, rows]) =>
          rows[kind].map((row) => [String((JSON.parse(`${row}]`) as unknown[])[3]), partition] as const),
        ),
      );
    const impressions = unitsOf(one, 'impressions');
    expect(impressions.size).toBe(ids.length);
    expect(unitsOf(other, 'conversions')).toEqual(impressions);
  });

  it('chooses the partitions that earlier versions chose', async () => {
    const stream = new RecordingStream(1000);
    await writerOf(stream).writer.write({ ...NONE, conversions: ['u1', 'u2', 'ü'].flatMap(conversionOf) });
    const partitions = new Map(
      [...stream.rows()].map(([partition, rows]) => [rows.conversions[0], partition]),
    );
    const partitionOf = (id: string) => partitions.get(conversionOf(id)[0]);
    expect([partitionOf('u1'), partitionOf('u2'), partitionOf('ü')]).toEqual([49, 487, 697]);
  });

  it('spreads units evenly, also those whose ids differ in the last character only', async () => {
    for (const partitions of [4, 12]) {
      const stream = new RecordingStream(partitions);
      const ids = Array.from({ length: 12_000 }, (_, i) => String(i));
      await writerOf(stream).writer.write({ ...NONE, conversions: ids.flatMap(conversionOf) });
      const share = 1 / partitions;
      const fourErrors = 4 * Math.sqrt(ids.length * share * (1 - share));
      for (let partition = 0; partition < partitions; partition += 1) {
        const found = stream.rows().get(partition)?.conversions.length ?? 0;
        expect(Math.abs(found - ids.length * share)).toBeLessThan(fourErrors);
      }
    }
  });

  it('never sends more to a partition at once than a broker takes, in bytes and not in characters', async () => {
    const row = fc
      .record({ id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), kind: fc.nat(2) })
      .map(({ id, kind }) => ({ row: JSON.stringify(['e', 'n', 'user', id]).slice(0, -1), kind }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 120 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, count) => {
          const stream = new RecordingStream(count);
          const { writer } = writerOf(stream, { envelopeBytes: 300 });
          const of = (kind: number) => all.filter((each) => each.kind === kind).map((each) => each.row);
          const rows = { impressions: of(0), conversions: of(1), deadLetters: of(2) };
          await writer.write(rows);
          for (const { messages } of stream.sends) {
            const partitions = messages.map(({ partition }) => partition);
            expect(new Set(partitions).size).toBe(partitions.length);
            for (const { value } of messages) expect(value?.length).toBeLessThanOrEqual(300);
          }
          const sent = [...stream.rows().values()];
          for (const kind of ['impressions', 'conversions', 'deadLetters'] as const)
            expect(sent.flatMap((partition) => partition[kind]).sort()).toEqual([...rows[kind]].sort());
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  it('sends a row that is too large by itself alone', async () => {
    const stream = new RecordingStream(1);
    const { writer } = writerOf(stream, { envelopeBytes: 150 });
    const long = impressionOf('x'.repeat(180));
    await writer.write({ ...NONE, impressions: [...impressionOf('a'), ...long, ...impressionOf('b')] });
    expect(stream.sends.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  });

  it('answers only once everything is acknowledged, one send after the other', async () => {
    const stream = new RecordingStream(1);
    stream.hold = true;
    const { writer } = writerOf(stream, { envelopeBytes: 150 });
    let answered = false;
    const written = writer.write({ ...NONE, impressions: ['a', 'b'].flatMap(impressionOf) }).finally(() => {
      answered = true;
    });
    await tick();
    expect(stream.sends).toHaveLength(1);
    stream.sends[0]?.done.resolve();
    await tick();
    expect([stream.sends.length, answered]).toEqual([2, false]);
    stream.sends[1]?.done.resolve();
    await written;
  });

  it('sends nothing where there is nothing', async () => {
    const stream = new RecordingStream(2);
    await writerOf(stream).writer.write(NONE);
    expect(stream.sends).toEqual([]);
  });

  it('learns of new partitions within a minute', async () => {
    const stream = new RecordingStream(1);
    let now = 0;
    const { writer } = writerOf(stream, { elapsed: () => now });
    const rows = { ...NONE, impressions: ['a', 'b', 'c', 'd', 'e', 'f'].flatMap(impressionOf) };
    await writer.write(rows);
    stream.partitions = 3;
    await writer.write(rows);
    expect([...stream.rows().keys()]).toEqual([0]);
    now = 60_000;
    await writer.write(rows);
    expect(stream.asked).toBe(2);
    expect([...stream.rows().keys()].length).toBeGreaterThan(1);
  });

  it.each([
    ['away', new AppError('unavailable', 'Kafka cannot be reached.', { retryAfterSeconds: 7 }), 7],
    ['unwilling', new AppError('store-failed', 'A message is larger than the topic takes.'), 2],
    ['broken', new TypeError('x is undefined'), 2],
  ])('tells producers to come back where the broker is %s', async (_, failure, retryAfterSeconds) => {
    const stream = new RecordingStream(2);
    const { writer, registry } = writerOf(stream);
    stream.fail = failure;
    const error = await writer.write({ ...NONE, impressions: impressionOf('a') }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds, cause: failure });
    expect(await registry.metrics()).toContain('assay_collect_sends_total{outcome="failed"} 1');
    stream.fail = null;
    await writer.write({ ...NONE, impressions: impressionOf('a') });
    expect(await registry.metrics()).toContain('assay_collect_sends_total{outcome="acknowledged"} 1');
  });

  it('looks a topic up again that did not take a message: it may have been made anew with fewer partitions', async () => {
    const stream = new RecordingStream(8);
    const { writer } = writerOf(stream);
    const rows = {
      ...NONE,
      impressions: Array.from({ length: 50 }, (_, i) => `u${i}`).flatMap(impressionOf),
    };
    await writer.write(rows);
    stream.partitions = null;
    stream.fail = new AppError('store-failed', 'Kafka has no such topic or partition.');
    await expect(writer.write(rows)).rejects.toMatchObject({ code: 'unavailable' });
    stream.fail = null;
    await expect(writer.write(rows)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { message: expect.stringContaining('Kafka has no topic events any more') },
    });
    stream.partitions = 2;
    stream.sends.splice(0);
    await writer.write(rows);
    expect([...stream.rows().keys()].sort()).toEqual([0, 1]);
  });
});
