import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse, InsertBlock } from '../../src/stores/clickhouse/index.ts';
import { type LandedRange, PartitionIngest } from '../../src/stream-ingest/partition-ingest.ts';
import { PartitionMarks } from '../../src/stream-ingest/partition-marks.ts';
import { uniforms } from '../analysis/units.ts';
import { conversion, impression } from '../events/samples.ts';
import { envelopeOf, PartitionLog, RECEIVED } from './log.ts';
import { openTestStores, type TestStores } from './open-stores.ts';

const limits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };
const topic = { name: 'events', type: null, fields: {} } as const;

describe('a partition', () => {
  let stores: TestStores;
  let topics = 0;
  let topicId = '';
  let log: PartitionLog;
  beforeAll(async () => {
    stores = await openTestStores();
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    topics += 1;
    topicId = `topic-${topics}`;
    log = new PartitionLog();
    await new PartitionMarks(stores.postgres, 'test').register({
      id: topicId,
      name: 'events',
      partitions: 1,
    });
  });

  interface Setup {
    readonly clickhouse?: ClickHouse;
    readonly messages?: number;
    readonly current?: () => boolean;
    readonly landed?: LandedRange[];
    readonly crash?: () => void;
    readonly gaps?: [number, number][];
  }

  const ingestOf = ({ clickhouse, messages = 3, current, landed, crash, gaps }: Setup = {}) =>
    new PartitionIngest({ topicId, partition: 0 }, topic, {
      clickhouse: clickhouse ?? stores.clickhouse,
      marks: new PartitionMarks(stores.postgres, 'test'),
      limits: { messages, bytes: 1_000_000 },
      now: () => RECEIVED + 1_000_000,
      lingerMs: () => 300,
      isCurrent: () => Promise.resolve(current?.() ?? true),
      landed: (range) => {
        crash?.();
        landed?.push(range);
        return Promise.resolve();
      },
      gap: (_key, from, to) => {
        gaps?.push([from, to]);
        return Promise.resolve();
      },
    });

  /** Reads the log to its end as a consumer does, in fetches of so many messages. */
  async function readAll(ingest: PartitionIngest, { from = 0, fetch = 5 } = {}): Promise<void> {
    const end = log.messages.length;
    for (let next = from, i = 0; next < end; i += 1) {
      if (i > 1000) throw new Error('the log is never read to its end');
      ({ next } = await ingest.handle(log.read(next, fetch)));
    }
  }

  const ids = async (table: string): Promise<string[]> => {
    const rows = await stores.clickhouse.query<{ id: string }>({
      sql: `SELECT id FROM ${table} WHERE _source = {source:String} ORDER BY id`,
      params: { source: `kafka:${topicId}` },
      limits,
    });
    return rows.map(({ id }) => id);
  };

  it('comes into the tables, envelopes and other producers’ messages alike, with where each row came from', async () => {
    log.append(...envelopeOf('a', 'b'));
    log.append(JSON.stringify(impression({ id: 'c' })));
    log.append(JSON.stringify([conversion({ id: 'd' }), impression({ id: 'é"\\' })]));
    log.append(`${JSON.stringify(conversion({ id: 'f' }))}\n${JSON.stringify(conversion({ id: 'g' }))}\n`);
    log.append(null);
    const outcome = await ingestOf({ messages: 10 }).handle(log.read(0));
    expect(outcome).toEqual({ next: 5, done: 5, afterMs: 300 });
    expect(await ids('raw_impressions')).toEqual(['a', 'b', 'c', 'é"\\']);
    expect(await ids('raw_conversions')).toEqual(['a', 'b', 'd', 'f', 'g']);
    const [stamp] = await stores.clickhouse.query({
      sql: `SELECT _partition, _offset, _received_at FROM raw_impressions WHERE id = 'c' AND _source = {source:String}`,
      params: { source: `kafka:${topicId}` },
      limits,
    });
    expect(stamp).toEqual({
      _partition: 0,
      _offset: '1',
      _received_at: new Date(RECEIVED + 4).toISOString().replace('T', ' ').replace('Z', ''),
    });
  });

  it('keeps what is not taken as it came, and tells it', async () => {
    const landed: LandedRange[] = [];
    log.append('no json');
    log.append(JSON.stringify([impression({ id: 'a' }), { type: 'conversion' }]));
    log.append(Buffer.from([0xff]));
    log.append('{}', { 'assay-rows': '1', impressions: '1:3', conversions: '0:0', deadLetters: '0:0' });
    await readAll(ingestOf({ landed, messages: 10 }));
    expect(await ids('raw_impressions')).toEqual(['a']);
    const rows = await stores.clickhouse.query({
      sql: `SELECT code, hex(raw) AS raw, sender, position, _offset FROM dead_letters WHERE _source = {source:String} ORDER BY _offset`,
      params: { source: `kafka:${topicId}` },
      limits,
    });
    const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
    expect(rows).toEqual([
      { code: 'not-json', raw: hex('no json'), sender: 'kafka:events', position: 0, _offset: '0' },
      {
        code: 'invalid-id',
        raw: hex('{"type":"conversion"}'),
        sender: 'kafka:events',
        position: 1,
        _offset: '1',
      },
      { code: 'not-utf8', raw: 'FF', sender: 'kafka:events', position: 0, _offset: '2' },
      { code: 'not-an-object', raw: hex('{}'), sender: 'kafka:events', position: 0, _offset: '3' },
    ]);
    expect(landed.flatMap(({ rows: { rejected } }) => rejected.map(({ offset }) => offset))).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('adds nothing when it is read again from its start, in other fetches, by anybody', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) log.append(...envelopeOf(id));
    await readAll(ingestOf(), { fetch: 2 });
    const again = ingestOf();
    expect(await again.handle(log.read(0, 5))).toMatchObject({ next: 7, done: 7 });
    await readAll(ingestOf(), { fetch: 3 });
    expect(await ids('raw_impressions')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('is written once whenever its reader dies, and whoever goes on', async () => {
    const wanted: string[] = [];
    for (let i = 0; i < 60; i += 1) {
      const id = String(i).padStart(3, '0');
      wanted.push(id);
      log.append(...envelopeOf(id));
    }
    // A reader dies at one of its steps: before an insert, after it, or before the range is marked as finished.
    const random = uniforms(7);
    let deaths = 0;
    const die = () => {
      if (random() > 0.15) return;
      deaths += 1;
      throw new Error('killed');
    };
    const mortal: ClickHouse = {
      ...bound(stores.clickhouse),
      insert: async (block: InsertBlock) => {
        die();
        await stores.clickhouse.insert(block);
        die();
      },
    };
    let ingest = ingestOf({ clickhouse: mortal, crash: die });
    for (let next = 0, i = 0; next < log.messages.length; i += 1) {
      if (i > 2000) throw new Error('the log is never read to its end');
      try {
        // Fetches never end where they ended before.
        ({ next } = await ingest.handle(log.read(next, 1 + (i % 9))));
      } catch {
        ingest = ingestOf({ clickhouse: mortal, crash: die, messages: 1 + (i % 6) });
        next = Math.max(0, next - (i % 4));
      }
    }
    expect(deaths).toBeGreaterThan(20);
    expect(await ids('raw_impressions')).toEqual(wanted);
    expect(await ids('raw_conversions')).toEqual(wanted);
  });

  it('is written once by two readers that both believe it is theirs', async () => {
    const wanted = Array.from({ length: 40 }, (_, i) => String(i).padStart(3, '0'));
    for (const id of wanted) log.append(...envelopeOf(id));
    const readers = [ingestOf({ messages: 2 }), ingestOf({ messages: 3 })];
    await Promise.all(
      readers.map(async (reader) => {
        for (let next = 0, i = 0; next < log.messages.length; i += 1) {
          if (i > 1000) throw new Error('the log is never read to its end');
          try {
            ({ next } = await reader.handle(log.read(next, 5)));
          } catch (error) {
            expect(error).toMatchObject({ code: 'conflict' });
          }
        }
      }),
    );
    expect(await ids('raw_impressions')).toEqual(wanted);
    expect(await ids('raw_conversions')).toEqual(wanted);
  });

  it('stands still where a frozen range is not what it was', async () => {
    log.append(...envelopeOf('a'));
    log.append(...envelopeOf('b'));
    const dying = ingestOf({
      crash: () => {
        throw new Error('killed');
      },
    });
    await expect(dying.handle(log.read(0))).rejects.toThrow('killed');
    const [value, headers] = envelopeOf('x');
    log.messages[1] = { offset: 1, timestamp: RECEIVED, key: null, value, headers };
    const error = await ingestOf()
      .handle(log.read(0))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no longer what was read'),
    });
    expect(await ids('raw_impressions')).toEqual(['a', 'b']);
  });

  it('writes nothing of a topic that was made again under its name', async () => {
    log.append(...envelopeOf('a'));
    const ingest = ingestOf({ current: () => false });
    await expect(ingest.handle(log.read(0))).rejects.toMatchObject({
      message: expect.stringContaining('made again'),
    });
    expect(await ids('raw_impressions')).toEqual([]);
  });

  it('goes back where its group has gone ahead, and tells of a gap that stays', async () => {
    for (const id of ['a', 'b', 'c', 'd']) log.append(...envelopeOf(id));
    const gaps: [number, number][] = [];
    const ingest = ingestOf({ gaps });
    expect(await ingest.handle(log.read(2))).toEqual({ next: 0, done: null, afterMs: 0 });
    expect(gaps).toEqual([]);
    await readAll(ingest);
    log.skip();
    log.append(...envelopeOf('e'));
    log.messages.splice(4, 1);
    expect(await ingest.handle(log.read(4))).toMatchObject({ next: 6, done: 6 });
    expect(gaps).toEqual([[4, 5]]);
    expect(await ids('raw_impressions')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes all rows but those that the tables cannot hold', async () => {
    const [value, headers] = envelopeOf('a', 'b', 'c', 'd', 'e');
    // A collector gone wrong: one row without a time, in an envelope that otherwise fits together.
    const lines = value.toString('utf8').split('\n');
    const bad = (lines[2] ?? '').replace(/,\d{13},/, ',"never",');
    lines[2] = bad;
    const broken = Buffer.from(lines.join('\n'));
    const [rows, bytes] = (headers['impressions'] ?? '').split(':').map(Number);
    const changed = { ...headers, impressions: `${rows}:${(bytes ?? 0) + broken.length - value.length}` };
    log.append(broken, changed);
    log.append(...envelopeOf('f'));
    const landed: LandedRange[] = [];
    let failures = 0;
    const crash = () => {
      failures += 1;
      if (failures === 1) throw new Error('killed');
    };
    await expect(ingestOf({ landed, crash }).handle(log.read(0))).rejects.toThrow('killed');
    await readAll(ingestOf({ landed, crash }));
    expect(await ids('raw_impressions')).toEqual(['a', 'b', 'd', 'e', 'f']);
    expect(await ids('raw_conversions')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    const dead = await stores.clickhouse.query<{ code: string; raw: string }>({
      sql: `SELECT code, raw FROM dead_letters WHERE startsWith(_source, {source:String})`,
      params: { source: `kafka:${topicId}` },
      limits,
    });
    expect(dead).toEqual([{ code: 'unreadable-row', raw: expect.stringContaining('"never"') }]);
    expect(landed.flatMap(({ unreadable }) => unreadable)).toHaveLength(1);
  });

  it('stamps a range above every watermark that was given out', async () => {
    const marks = new PartitionMarks(stores.postgres, 'test');
    await marks.take({ topicId, partition: 0 });
    const advanced = await marks.advance(topicId, new Map([[0, 0]]), RECEIVED + 500_000);
    expect(advanced).toEqual(new Set([0]));
    log.append(...envelopeOf('late'));
    await readAll(ingestOf());
    const rows = await stores.clickhouse.query({
      sql: `SELECT toUnixTimestamp64Milli(_received_at) AS at FROM raw_impressions WHERE _source = {source:String}`,
      params: { source: `kafka:${topicId}` },
      limits,
    });
    expect(rows).toEqual([{ at: String(RECEIVED + 500_001) }]);
    // Nobody may say that a partition had nothing to read from an offset that is past.
    expect(await marks.advance(topicId, new Map([[0, 0]]), RECEIVED + 600_000)).toEqual(new Set());
  });
});

function bound(clickhouse: ClickHouse): ClickHouse {
  return {
    query: (statement) => clickhouse.query(statement),
    stream: (statement) => clickhouse.stream(statement),
    insert: (block) => clickhouse.insert(block),
    command: (statement) => clickhouse.command(statement),
    ping: () => clickhouse.ping(),
    close: () => clickhouse.close(),
  };
}
