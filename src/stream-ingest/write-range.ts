import { setTimeout as timeout } from 'node:timers/promises';
import { CONVERSION_COLUMNS, IMPRESSION_COLUMNS } from '../events/index.ts';
import { DEAD_LETTER_COLUMNS, encodeDeadLetter } from '../ingest/index.ts';
import {
  type ClickHouse,
  type InsertBlock,
  repeatInsert,
  type Statement,
  type StatementLimits,
} from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { insertAround, isPoison, type PoisonRow } from './insert-around.ts';
import type { RangeRows } from './range-rows.ts';

const ROWS_OF_RANGE = loadSql(new URL('./rows-of-range.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 30, maxMemoryBytes: 2_000_000_000 };
/** Dead letters are kept for 30 days: older ones do not appear in the table, and cannot be counted there. */
const DEAD_LETTER_MS = 29 * 86_400_000;
/** No statement of a live engine stays between its token and its rows for so long. */
const SETTLE_MS = 1000;

const TABLES = [
  { kind: 'impressions', table: 'raw_impressions', columns: IMPRESSION_COLUMNS },
  { kind: 'conversions', table: 'raw_conversions', columns: CONVERSION_COLUMNS },
  { kind: 'deadLetters', table: 'dead_letters', columns: DEAD_LETTER_COLUMNS },
] as const;

/** A frozen range: what its tokens are made of. */
export interface RangeIdentity {
  readonly topicId: string;
  readonly source: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly checksum: string;
  readonly receivedAt: number;
}

/** One go at bringing a range into the tables. */
export interface RangeWrite {
  readonly clickhouse: ClickHouse;
  readonly range: RangeIdentity;
  /** An earlier insert of the range may have landed. */
  readonly repeated: boolean;
  /** Where its messages came from, for dead letters. */
  readonly sender: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Brings a range's rows into the three tables; gives those that the engine cannot read, which become dead letters.
 * Every row of a range has one receipt time, so each table gets one block in one table partition: whole or not at all.
 * @throws AppError where it may be tried again.
 */
export async function writeRange(write: RangeWrite, rows: RangeRows): Promise<readonly PoisonRow[]> {
  const written = await Promise.allSettled(
    TABLES.map(({ kind, table, columns }) => {
      const { rows: count, lines } = rows[kind];
      return writeTable(write, blockOf(write.range, table, columns, lines), count);
    }),
  );
  const failure = written.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const poison = written.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  if (poison.length > 0) await writePoison(write, poison);
  return poison;
}

/** Under a source of its own, so that the rows of the range itself can still be counted. */
async function writePoison(write: RangeWrite, poison: readonly PoisonRow[]): Promise<void> {
  const range = { ...write.range, source: `${write.range.source}:unreadable` };
  const end = `,${range.receivedAt},${JSON.stringify(range.source)},${range.partition},${range.first}]\n`;
  const lines = poison.map(({ line, detail, index }) => {
    const why = `the table cannot take the row: ${detail}`;
    return (
      encodeDeadLetter({ code: 'unreadable-row', detail: why, raw: line, sender: write.sender, index }) + end
    );
  });
  const block = blockOf(range, 'dead_letters', DEAD_LETTER_COLUMNS, Buffer.from(lines.join(''), 'utf8'));
  await writeTable({ ...write, range }, { ...block, token: `${block.token}:unreadable` }, poison.length);
}

function blockOf(
  { topicId, partition, first, last, checksum }: RangeIdentity,
  table: string,
  columns: readonly string[],
  values: Buffer,
): InsertBlock {
  const token = `${table}:${topicId}:${partition}:${first}-${last}:${checksum}`;
  return { table, columns, values, token, limits: LIMITS };
}

async function writeTable(
  { clickhouse, range, repeated, now }: RangeWrite,
  block: InsertBlock,
  rows: number,
): Promise<readonly PoisonRow[]> {
  if (rows === 0) return [];
  const evidence = {
    count: countOf(range, block.table),
    rows,
    settle: async () => void (await timeout(SETTLE_MS)),
  };
  const countable = block.table !== 'dead_letters' || range.receivedAt > now - DEAD_LETTER_MS;
  try {
    if (repeated && countable) await repeatInsert(clickhouse, block, evidence);
    else await clickhouse.insert(block);
    return [];
  } catch (error) {
    if (!isPoison(error)) throw error;
    return insertAround(clickhouse, block, evidence.count);
  }
}

function countOf(range: RangeIdentity, table: string): Statement {
  const { source, partition, first, last } = range;
  const receivedAt = new Date(range.receivedAt);
  return {
    sql: ROWS_OF_RANGE,
    params: { table, receivedAt, source, partition, first, last },
    limits: LIMITS,
  };
}
