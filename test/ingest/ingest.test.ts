import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { encodeRows, parseEvent } from '../../src/events/index.ts';
import {
  type BlockRows,
  encodeDeadLetter,
  Ingest,
  type IngestOptions,
  readDataThrough,
} from '../../src/ingest/index.ts';
import type { ClickHouse, InsertBlock } from '../../src/stores/clickhouse/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { conversion, impression, NOW } from '../events/samples.ts';
import { openClickHouse, openPostgres, removeDirectory, temporaryDirectory } from './open-stores.ts';

const LIMITS = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };

function row(raw: unknown): string[] {
  const event = parseEvent(raw, NOW);
  if (event.type === 'rejection') throw new Error(event.detail);
  return encodeRows(event).map(({ identity, content, sent }) => identity + content + sent);
}

const blockOf = (id: string): BlockRows => ({
  impressions: row(impression({ id, attributes: { country: 'DE' } })),
  conversions: row(conversion({ id, units: { device: 'd9' } })),
  deadLetters: [
    encodeDeadLetter({
      code: 'not-utf8',
      detail: 'no text',
      raw: Buffer.from([0xff, 0x00]),
      sender: 't',
      index: 3,
    }),
  ],
});

/** The real engine, with failures before or after an insert has landed. */
function failing(
  engine: ClickHouse,
  fail: (block: InsertBlock, attempt: number) => 'before' | 'after' | 'not' | 'dropped',
) {
  const attempts = new Map<string, number>();
  const sent: InsertBlock[] = [];
  const clickhouse: ClickHouse = {
    query: (statement) => engine.query(statement),
    stream: (statement) => engine.stream(statement),
    command: (statement) => engine.command(statement),
    ping: () => engine.ping(),
    close: () => engine.close(),
    insert: async (block) => {
      sent.push(block);
      const attempt = (attempts.get(block.table) ?? 0) + 1;
      attempts.set(block.table, attempt);
      const when = fail(block, attempt);
      // A server that was killed in mid-insert takes the repeat for done.
      if (when === 'dropped') return;
      if (when !== 'before') await engine.insert(block);
      if (when !== 'not') throw new AppError('unavailable', 'The connection was lost.');
    },
  };
  return { clickhouse, sent };
}

describe('Ingest', () => {
  const directory = temporaryDirectory();
  let engine: ClickHouse;
  let postgres: Postgres;
  beforeAll(async () => {
    [engine, postgres] = await Promise.all([openClickHouse(directory), openPostgres(directory)]);
  });
  afterAll(async () => {
    await Promise.all([engine.close(), postgres.close()]);
    removeDirectory(directory);
  });
  beforeEach(() => postgres.query('DELETE FROM source_marks'));

  const open = (options: Partial<IngestOptions> & { source: string }) =>
    Ingest.open({
      clickhouse: engine,
      postgres,
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      sole: true,
      markEveryMs: null,
      pause: async () => undefined,
      ...options,
    });
  const count = async (table: string, source: string) => {
    const rows = await engine.query<{ n: string }>({
      sql: `SELECT count() AS n FROM ${table} WHERE _source = {source:String}`,
      params: { source },
      limits: LIMITS,
    });
    return Number(rows[0]?.n);
  };

  it('writes every column of all three tables as it was', async () => {
    // Dead letters older than 30 days would not even be stored.
    const receivedAt = Date.UTC(2100, 0, 1) + 1;
    const ingest = await open({ source: 'direct:columns', now: () => receivedAt });
    const stamp = await ingest.write(blockOf('e1'));
    expect(stamp).toEqual({ sequence: 1, receivedAt });
    const where = "WHERE _source = 'direct:columns'";
    const stamped = {
      _received_at: '2100-01-01 00:00:00.001',
      _source: 'direct:columns',
      _partition: 0,
      _offset: '1',
    };
    const common = {
      environment: 'production',
      unit_type: 'user',
      unit_id: 'u1',
      id: 'e1',
      sent_at: null,
      ...stamped,
    };
    const query = (sql: string) => engine.query({ sql, limits: LIMITS });
    expect(await query(`SELECT * FROM raw_impressions ${where}`)).toEqual([
      {
        ...common,
        flag: 'checkout-v2',
        unit_types: ['user'],
        variant: 'treatment',
        ts: '2026-03-01 09:30:00.000',
        reason: '',
        flag_version: '',
        attributes: { country: 'DE' },
      },
    ]);
    const sale = {
      ...common,
      name: 'purchase',
      unit_types: ['user', 'device'],
      value: 29.9,
      ts: '2026-03-01 09:41:12.250',
      attributes: {},
    };
    expect(await query(`SELECT * FROM raw_conversions ${where} ORDER BY unit_type DESC`)).toEqual([
      sale,
      { ...sale, unit_type: 'device', unit_id: 'd9' },
    ]);
    expect(await query(`SELECT * REPLACE (hex(raw) AS raw) FROM dead_letters ${where}`)).toEqual([
      {
        code: 'not-utf8',
        detail: 'no text',
        raw: 'FF00',
        raw_bytes: 2,
        sender: 't',
        position: 3,
        ...stamped,
      },
    ]);
    await ingest.close();
  });

  it('repeats a failed insert with the same bytes under the same token, and keeps one of each row', async () => {
    const { clickhouse, sent } = failing(engine, (block, attempt) => {
      if (block.table === 'raw_conversions' && attempt <= 2) return 'after';
      return block.table === 'raw_impressions' && attempt === 1 ? 'before' : 'not';
    });
    const source = 'direct:retry';
    const ingest = await open({ source, clickhouse });
    await ingest.write(blockOf('e1'));
    expect(await count('raw_impressions', source)).toBe(1);
    expect(await count('raw_conversions', source)).toBe(2);
    const tries = sent.filter((block) => block.table === 'raw_conversions');
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map((block) => block.token)).size).toBe(1);
    expect(tries[0]?.token).toMatch(/^raw_conversions:direct:retry:1:[0-9a-f]{32}$/);
    for (const block of tries) expect(block.values.equals(tries[0]?.values ?? Buffer.alloc(0))).toBe(true);
    await ingest.close();
  });

  it('looks for the rows of a repeat, and writes those that the engine only said were there', async () => {
    const { clickhouse, sent } = failing(engine, (block, attempt) => {
      if (block.table !== 'raw_conversions') return 'not';
      return (['before', 'dropped', 'dropped'] as const)[attempt - 1] ?? 'not';
    });
    const source = 'direct:dropped';
    const ingest = await open({ source, clickhouse, pause: () => Promise.resolve() });
    await ingest.write(blockOf('e1'));
    expect(await count('raw_conversions', source)).toBe(2);
    const tokens = sent.filter((block) => block.table === 'raw_conversions').map((block) => block.token);
    const [token] = tokens;
    expect(tokens).toEqual([token, token, `${token}:1`, `${token}:2`]);
    await ingest.close();
  });

  it('gives up after bounded tries, says so, and holds the watermark until nothing can arrive any more', async () => {
    const { clickhouse, sent } = failing(engine, () => 'before');
    const over = Promise.withResolvers<void>();
    const ingest = await open({
      source: 'direct:down',
      clickhouse,
      now: () => NOW + 50_000,
      retryPausesMs: [1, 2],
      pause: async (_ms, options) => (options?.ref === false ? over.promise : undefined),
    });
    await expect(ingest.write(blockOf('e1'))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 2,
    });
    expect(sent.filter((block) => block.table === 'raw_impressions')).toHaveLength(3);
    expect(await ingest.watermark()).toEqual(new Date(NOW + 50_000 - 1));
    over.resolve();
    await over.promise;
    // The block settles once those who wait for the pause have been told.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ingest.watermark()).toEqual(new Date(NOW + 50_000));
    await ingest.close();
  });

  it('is through to just before a block under way, and its rows are all there once it is past', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: ClickHouse = { ...failing(engine, () => 'not').clickhouse };
    const insert = slow.insert;
    let now = NOW + 100_000;
    const ingest = await open({
      source: 'direct:slow',
      clickhouse: { ...slow, insert: (block) => gate.promise.then(() => insert(block)) },
      now: () => now,
    });
    const written = ingest.write(blockOf('e1'));
    now += 10;
    expect(await ingest.watermark()).toEqual(new Date(NOW + 100_000 - 1));
    gate.resolve();
    await written;
    expect(await ingest.watermark()).toEqual(new Date(now));
    // The clock stands still: what comes next is later all the same.
    expect((await ingest.write(blockOf('e2'))).receivedAt).toBe(now + 1);
    await ingest.close();
  });

  it('tells other processes through Postgres how far it is, and waits for them', async () => {
    let now = NOW + 1_000_000;
    const here = await open({ source: 'direct:here', sole: false, now: () => now });
    const there = await open({ source: 'direct:there', sole: false, now: () => now });
    await here.mark();
    now += 5000;
    await here.write(blockOf('e1'));
    await there.mark();
    expect(await readDataThrough(postgres)).toEqual(new Date(NOW + 1_000_000));
    expect(await there.watermark()).toEqual(new Date(NOW + 1_000_000));
    await here.close();
    expect(await there.watermark()).toEqual(new Date(now));
    await there.close();
    await expect(here.write(blockOf('e2'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes nothing once it may have been taken for dead, and comes back above what others gave out', async () => {
    let elapsed = 0;
    const clocks = { now: () => NOW + 2_000_000, elapsed: () => elapsed };
    const stopped = await open({ source: 'direct:stopped', sole: false, ...clocks });
    const other = await open({ source: 'direct:other', sole: false, now: () => NOW + 3_000_000 });
    await stopped.write(blockOf('e1'));
    elapsed = 16_000;
    await expect(stopped.write(blockOf('e2'))).rejects.toMatchObject({ code: 'unavailable' });
    await other.mark();
    await stopped.mark();
    expect((await stopped.write(blockOf('e3'))).receivedAt).toBe(NOW + 3_000_001);
    await Promise.all([stopped.close(), other.close()]);
  });
});
