import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';
import type { JournalContents } from './journal.ts';
import type { TopicContents } from './topic-contents.ts';
import { TABLES, type Table } from './topic-rows.ts';
import { rowsOfBatch } from './workload.ts';

const sql = (name: string) => loadSql(new URL(`./check-${name}.sql`, import.meta.url));
const BY_MESSAGE: Readonly<Record<Table, string>> = {
  raw_impressions: sql('impressions'),
  raw_conversions: sql('conversions'),
  dead_letters: sql('dead-letters'),
};
const [TOTALS, BATCHES, IDENTITIES, VIEWS] = [sql('totals'), sql('batches'), sql('identities'), sql('views')];
const LIMITS = { maxSeconds: 300, maxMemoryBytes: 4_000_000_000 };
const OFFSETS_AT_ONCE = 200_000;
const BATCHES_AT_ONCE = 20_000;
const UNIT_SLICES = 4;
const FINDINGS_SHOWN = 20;

export interface CheckInput {
  /** The whole topic, by a reader of its own. */
  readonly topic: TopicContents;
  readonly topicId: string;
  readonly clickhouse: ClickHouse;
  readonly journals: readonly JournalContents[];
}

export interface CheckReport {
  readonly messages: number;
  readonly topicRows: Readonly<Record<Table, number>>;
  readonly tableRows: Readonly<Record<Table, number>>;
  /** Rows that a message of the topic should have left and did not. */
  readonly missing: number;
  /** Rows beyond those that their message has. */
  readonly doubled: number;
  /** Messages that left the right number of rows, and others than their own. */
  readonly changed: number;
  /** Rows that no message of the topic has. */
  readonly alien: number;
  readonly acceptedEvents: number;
  /** Rows of events that somebody had taken responsibility for, and that are not there. */
  readonly acceptedMissing: number;
  /** Rows whose identity an earlier message had: producers' repeats, which attribution counts once. */
  readonly repeats: { readonly topic: number; readonly tables: number };
  readonly identities: { readonly topic: number; readonly tables: number };
  /** The first of everything that is not as it must be, in words. */
  readonly findings: readonly string[];
  readonly ok: boolean;
}

class Findings {
  readonly shown: string[] = [];
  #count = 0;

  add(text: string): void {
    this.#count += 1;
    if (this.shown.length < FINDINGS_SHOWN) this.shown.push(text);
  }

  get none(): boolean {
    return this.#count === 0;
  }
}

/**
 * Compares the tables with the topic message by message, and with what producers were told. A row's place (source,
 * partition, offset) ties it to its message; count and checksums of a message's rows say whether they are its own.
 */
export async function check({ topic, topicId, clickhouse, journals }: CheckInput): Promise<CheckReport> {
  const findings = new Findings();
  const source = `kafka:${topicId}`;
  for (const gap of topic.gaps) findings.add(`the reader of the topic was not given ${gap}`);
  const faults = { missing: 0, doubled: 0, changed: 0, alien: 0 };
  for (const table of TABLES)
    for (const [partition, end] of topic.ends)
      for (let first = 0; first < end; first += OFFSETS_AT_ONCE) {
        const isLast = first + OFFSETS_AT_ONCE >= end;
        // Whatever stands behind the partition's end belongs to nothing.
        const last = isLast ? Number.MAX_SAFE_INTEGER : first + OFFSETS_AT_ONCE - 1;
        const stretch = { table, partition, first, last, end: Math.min(end, last + 1) };
        await compareStretch({ topic, clickhouse, source }, stretch, faults, findings);
      }
  const tableRows = await totals({ topic, clickhouse, source }, faults, findings);
  const acceptance = { acceptedEvents: 0, acceptedMissing: 0 };
  for (const journal of journals) await compareJournal(clickhouse, journal, acceptance, findings);
  const kept = await countIdentities(clickhouse);
  if (findings.none && kept.identities !== topic.identities)
    findings.add(`${kept.identities} identities are left of ${topic.identities}`);
  for (const { name } of await clickhouse.query<{ name: string }>({ sql: VIEWS, limits: LIMITS }))
    findings.add(`the target of the view ${name} is not compared with the raw tables`);
  return {
    messages: topic.messages,
    topicRows: totalsOf((table) => topic.total(table)),
    tableRows,
    ...faults,
    ...acceptance,
    repeats: { topic: topic.repeats, tables: kept.rows - kept.identities },
    identities: { topic: topic.identities, tables: kept.identities },
    findings: findings.shown,
    ok: findings.none,
  };
}

interface Sides {
  readonly topic: TopicContents;
  readonly clickhouse: ClickHouse;
  readonly source: string;
}

interface Stretch {
  readonly table: Table;
  readonly partition: number;
  /** Offsets that are asked for, both included. */
  readonly first: number;
  readonly last: number;
  /** After the last offset that has a message. */
  readonly end: number;
}

interface Faults {
  missing: number;
  doubled: number;
  changed: number;
  alien: number;
}

async function compareStretch(
  sides: Sides,
  stretch: Stretch,
  faults: Faults,
  findings: Findings,
): Promise<void> {
  const { topic, clickhouse, source } = sides;
  const { table, partition, first, last, end } = stretch;
  const found = new Map<number, { rows: number; sum: number; times: number }>();
  const sql = BY_MESSAGE[table];
  const params = { source, partition, first, last };
  type Row = Record<'offset' | 'rows' | 'sum' | 'times', string>;
  for await (const row of clickhouse.stream<Row>({ sql, params, limits: LIMITS }))
    found.set(Number(row.offset), { rows: Number(row.rows), sum: Number(row.sum), times: Number(row.times) });
  const place = (offset: number) => `${table}, partition ${partition}, offset ${offset}`;
  for (let offset = first; offset < end; offset += 1) {
    const expected = topic.rowsOf(table, partition, offset);
    const actual = found.get(offset) ?? { rows: 0, sum: 0, times: 1 };
    found.delete(offset);
    const beyond = actual.rows - expected.rows;
    if (beyond < 0) faults.missing -= beyond;
    else if (expected.rows === 0) faults.alien += beyond;
    else faults.doubled += beyond;
    if (beyond !== 0) findings.add(`${place(offset)}: ${actual.rows} rows instead of ${expected.rows}`);
    else if (actual.sum !== expected.sum) {
      faults.changed += 1;
      findings.add(`${place(offset)}: the rows are not those of the message`);
    } else if (actual.times > 1)
      findings.add(`${place(offset)}: the rows have ${actual.times} receipt times`);
  }
  for (const [offset, { rows }] of found) {
    faults.alien += rows;
    findings.add(`${place(offset)}: ${rows} rows of a message that the topic does not have`);
  }
}

async function totals({ topic, clickhouse, source }: Sides, faults: Faults, findings: Findings) {
  const params = { source, partitions: [...topic.ends.keys()] };
  const found = await clickhouse.query<{ table: Table; rows: string; elsewhere: string }>({
    sql: TOTALS,
    params,
    limits: LIMITS,
  });
  for (const { table, elsewhere } of found) {
    if (Number(elsewhere) === 0) continue;
    faults.alien += Number(elsewhere);
    findings.add(`${elsewhere} rows of ${table} are of another topic`);
  }
  return totalsOf((table) => Number(found.find((row) => row.table === table)?.rows ?? 0));
}

function totalsOf(rows: (table: Table) => number): Record<Table, number> {
  return {
    raw_impressions: rows('raw_impressions'),
    raw_conversions: rows('raw_conversions'),
    dead_letters: rows('dead_letters'),
  };
}

/** Every event of an accepted batch is there with all its units, however often it was sent. */
async function compareJournal(
  clickhouse: ClickHouse,
  { workload, accepted, complaints }: JournalContents,
  acceptance: { acceptedEvents: number; acceptedMissing: number },
  findings: Findings,
): Promise<void> {
  const { producer, eventsPerBatch } = workload;
  for (const complaint of complaints) findings.add(`producer ${producer}: ${complaint}`);
  acceptance.acceptedEvents += accepted.size * eventsPerBatch;
  const batches = [...accepted].sort((a, b) => a - b);
  for (let first = 0; first <= (batches.at(-1) ?? -1); first += BATCHES_AT_ONCE) {
    const last = first + BATCHES_AT_ONCE - 1;
    const rows = await clickhouse.query<{ batch: number; present: string }>({
      sql: BATCHES,
      params: { producer, first, last },
      limits: LIMITS,
    });
    const present = new Map(rows.map((row) => [Number(row.batch), Number(row.present)]));
    for (const batch of batches) {
      if (batch < first || batch > last) continue;
      const missing = rowsOfBatch(workload, batch) - (present.get(batch) ?? 0);
      if (missing === 0) continue;
      acceptance.acceptedMissing += missing;
      findings.add(`producer ${producer}, batch ${batch}: ${missing} accepted rows are missing`);
    }
  }
}

async function countIdentities(clickhouse: ClickHouse): Promise<{ rows: number; identities: number }> {
  const kept = { rows: 0, identities: 0 };
  for (let slice = 0; slice < UNIT_SLICES; slice += 1) {
    const [found] = await clickhouse.query<{ rows: string; identities: string }>({
      sql: IDENTITIES,
      params: { slice, slices: UNIT_SLICES },
      limits: LIMITS,
    });
    kept.rows += Number(found?.rows ?? 0);
    kept.identities += Number(found?.identities ?? 0);
  }
  return kept;
}
