import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeEnvelope, encodeRows, parseEvent } from '../../src/events/index.ts';
import { encodeDeadLetter } from '../../src/ingest/index.ts';
import type { IncomingMessage } from '../../src/stream/index.ts';
import { PartitionIngest } from '../../src/stream-ingest/partition-ingest.ts';
import { PartitionMarks } from '../../src/stream-ingest/partition-marks.ts';
import { openTestStores, type TestStores } from '../stream-ingest/open-stores.ts';
import { check } from './check.ts';
import type { JournalContents } from './journal.ts';
import { TopicContents } from './topic-contents.ts';
import { TABLES } from './topic-rows.ts';
import { batchOf, type ChaosEvent, type Workload } from './workload.ts';

const limits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };
const NOW = Date.UTC(2100, 0, 4);
const source = { name: 'events', type: null, fields: {} } as const;
const workload: Workload = { producer: 'h', seed: 5, eventsPerBatch: 100, startedAt: NOW - 86_400_000 };

/** As a collector writes them. */
function envelopeOf(events: readonly ChaosEvent[]) {
  const rows = { impressions: [] as string[], conversions: [] as string[], deadLetters: [] as string[] };
  events.forEach((raw, index) => {
    const event = parseEvent(raw, NOW);
    if (event.type === 'rejection')
      rows.deadLetters.push(
        encodeDeadLetter({ ...event, raw: Buffer.from(JSON.stringify(raw)), sender: 'test', index }),
      );
    else
      rows[event.type === 'impression' ? 'impressions' : 'conversions'].push(
        ...encodeRows(event).map(({ identity, content, sent }) => identity + content + sent),
      );
  });
  return encodeEnvelope(rows);
}

describe('the comparison of topic and tables', () => {
  let stores: TestStores;
  let topicId = '';
  let topics = 0;
  const logs: IncomingMessage[][] = [[], []];

  beforeAll(async () => {
    stores = await openTestStores();
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    topics += 1;
    topicId = `topic-${topics}`;
    for (const table of TABLES) await command(`TRUNCATE TABLE ${table}`);
    await new PartitionMarks(stores.postgres, 'test').register({
      id: topicId,
      name: 'events',
      partitions: 2,
    });
    for (const log of logs) log.length = 0;
  });

  function append(partition: number, value: Buffer | string, headers: Record<string, string> = {}): void {
    const log = logs[partition] ?? [];
    log.push({ offset: log.length, timestamp: NOW, key: null, value: Buffer.from(value), headers });
  }

  /** Batches 0 to 9, in every form in which events come; batch 2 comes twice. */
  async function fill(): Promise<void> {
    for (let n = 0; n < 10; n += 1) {
      const events = batchOf(workload, n);
      const { value, headers } = envelopeOf(events);
      if (n % 3 === 0) append(n % 2, value, headers);
      else if (n % 3 === 1) append(n % 2, JSON.stringify(events));
      else append(n % 2, events.map((event) => JSON.stringify(event)).join('\n'));
    }
    const { value, headers } = envelopeOf(batchOf(workload, 2));
    append(1, value, headers);
    for (const [partition, messages] of logs.entries()) {
      const ingest = new PartitionIngest({ topicId, partition }, source, {
        clickhouse: stores.clickhouse,
        marks: new PartitionMarks(stores.postgres, 'test'),
        limits: { messages: 3, bytes: 1_000_000 },
        now: () => NOW,
        lingerMs: () => 0,
        isCurrent: () => Promise.resolve(true),
        landed: () => Promise.resolve(),
        gap: () => Promise.resolve(),
      });
      const end = messages.length;
      const batch = {
        topic: 'events',
        partition,
        messages,
        end,
        heartbeat: async () => undefined,
        isStale: () => false,
      };
      await ingest.handle(batch);
    }
  }

  function read(): TopicContents {
    const contents = new TopicContents();
    for (const [partition, messages] of logs.entries())
      for (const { offset, headers, value } of messages)
        contents.add({ partition, offset, headers, value: value ?? Buffer.alloc(0) });
    return contents;
  }

  const journal = (...accepted: readonly number[]): JournalContents => ({
    workload,
    sent: new Map(),
    accepted: new Set(accepted),
    complaints: [],
  });

  const compare = (topic = read(), journals = [journal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]) =>
    check({ topic, topicId, clickhouse: stores.clickhouse, journals });

  /** Done, and to be seen, when it resolves. */
  const command = (sql: string) =>
    stores.clickhouse.command({ sql, settings: { mutations_sync: 1 }, limits });

  it('finds nothing where every message left its rows once, and counts what producers repeated', async () => {
    await fill();
    const report = await compare();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, messages: 11, missing: 0, doubled: 0, changed: 0, alien: 0 });
    expect(report.acceptedEvents).toBe(1000);
    expect(report.tableRows).toEqual(report.topicRows);
    expect(report.tableRows.dead_letters).toBeGreaterThan(0);
    const all = report.tableRows.raw_impressions + report.tableRows.raw_conversions;
    expect(report.repeats.topic).toBeGreaterThan(90);
    expect(report.repeats).toEqual({ topic: report.repeats.topic, tables: report.repeats.topic });
    expect(report.identities).toEqual({
      topic: all - report.repeats.topic,
      tables: all - report.repeats.topic,
    });
  });

  it('reports a row that is lost, and whose it was', async () => {
    await fill();
    await command(
      `DELETE FROM raw_conversions WHERE id = (SELECT min(id) FROM raw_conversions WHERE startsWith(id, 'h-4-'))`,
    );
    const report = await compare();
    expect(report).toMatchObject({ ok: false, doubled: 0, changed: 0, alien: 0 });
    expect(report.missing).toBeGreaterThanOrEqual(1);
    expect(report.acceptedMissing).toBe(report.missing);
    expect(report.findings.join('\n')).toMatch(
      /raw_conversions, partition 0, offset 2: \d+ rows instead of \d+/,
    );
    expect(report.findings.join('\n')).toMatch(/batch 4: \d accepted rows are missing/);
  });

  it('reports a lost message that producers repeated, although every identity is still there', async () => {
    await fill();
    await command('DELETE FROM raw_impressions WHERE _partition = 1 AND _offset = 5');
    const report = await compare();
    expect(report).toMatchObject({ ok: false, acceptedMissing: 0, alien: 0 });
    expect(report.missing).toBeGreaterThan(20);
  });

  it('reports a row that is there twice', async () => {
    await fill();
    await command('INSERT INTO raw_impressions SELECT * FROM raw_impressions ORDER BY ALL LIMIT 1');
    const report = await compare();
    expect(report).toMatchObject({
      ok: false,
      missing: 0,
      doubled: 1,
      changed: 0,
      alien: 0,
      acceptedMissing: 0,
    });
    expect(report.findings).toHaveLength(1);
  });

  it('reports a row that nobody sent: of no message, of another topic, of no partition', async () => {
    await fill();
    const plant = (change: string) =>
      command(
        `INSERT INTO raw_conversions SELECT * REPLACE(${change}) FROM raw_conversions ORDER BY ALL LIMIT 1`,
      );
    await plant('1000 AS _offset');
    await plant(`'kafka:other' AS _source`);
    await plant('7 AS _partition');
    const report = await compare();
    expect(report).toMatchObject({ ok: false, missing: 0, doubled: 0, changed: 0, alien: 3 });
    expect(report.findings).toHaveLength(2);
  });

  it.each([
    ['raw_conversions', 'value = ifNull(value, 0) + 1'],
    ['raw_impressions', `variant = 'other'`],
    ['raw_impressions', `attributes = map('country', 'XX')`],
    ['dead_letters', `raw = 'other'`],
  ])('reports a row of %s that is not the one that was sent: %s', async (table, change) => {
    await fill();
    const one = table === 'dead_letters' ? 'raw' : 'id';
    await command(`ALTER TABLE ${table} UPDATE ${change} WHERE ${one} = (SELECT min(${one}) FROM ${table})`);

    const report = await compare();
    expect(report).toMatchObject({ ok: false, missing: 0, doubled: 0, changed: 1, alien: 0 });
  });

  it.each([`'h-0-999' AS id`, 'ts + INTERVAL 1 MILLISECOND AS ts', `'u' AS unit_id`])(
    'reports a row that stands in the place of another: %s',
    async (change) => {
      await fill();
      const [first] = await stores.clickhouse.query<{ id: string; ts: string; unit: string }>({
        sql: 'SELECT id, ts, unit_id AS unit FROM raw_conversions WHERE _partition = 0 ORDER BY id LIMIT 1',
        limits,
      });
      const row = `id = '${first?.id}' AND ts = '${first?.ts}' AND unit_id = '${first?.unit}'`;
      await command(
        `INSERT INTO raw_conversions SELECT * REPLACE(${change}) FROM (SELECT * FROM raw_conversions WHERE ${row})`,
      );
      await command(`DELETE FROM raw_conversions WHERE ${row}`);
      const report = await compare();
      expect(report).toMatchObject({ ok: false, missing: 0, doubled: 0, changed: 1, alien: 0 });
    },
  );

  it('reports an accepted event that never came to the topic', async () => {
    await fill();
    const report = await compare(read(), [journal(0, 1, 10)]);
    expect(report).toMatchObject({ ok: false, missing: 0, doubled: 0, changed: 0, alien: 0 });
    expect(report.acceptedMissing).toBeGreaterThan(100);
    expect(report.findings).toEqual([expect.stringContaining('batch 10')]);
  });

  it('reports a reader that skipped, a view that is not looked at, and an answer that was wrong', async () => {
    await fill();
    const contents = new TopicContents();
    for (const { offset, headers, value } of logs[0] ?? [])
      if (offset !== 1) contents.add({ partition: 0, offset, headers, value: value ?? Buffer.alloc(0) });
    await command(
      'CREATE MATERIALIZED VIEW v ENGINE = MergeTree ORDER BY id AS SELECT id FROM raw_impressions',
    );
    const wrong = { ...journal(), complaints: ['batch 3: 400'] };
    const { findings } = await compare(contents, [wrong]);
    expect(findings.join('\n')).toContain('not given partition 0, offsets 1 to 1');
    expect(findings.join('\n')).toContain('view v');
    expect(findings.join('\n')).toContain('batch 3: 400');
  });
});
