import { hash } from 'node:crypto';
import { CONVERSION_COLUMNS, IMPRESSION_COLUMNS } from '../events/index.ts';
import type { InsertBlock, Statement, StatementLimits } from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { DEAD_LETTER_COLUMNS } from './dead-letter.ts';
import type { Stamp } from './receipt-clock.ts';

/** Encoded rows by table, still open at their end for the stamp that all rows of a block share. */
export interface BlockRows {
  readonly impressions: readonly string[];
  readonly conversions: readonly string[];
  readonly deadLetters: readonly string[];
}

/** A block's rows of one table, and how to count them once they are there. */
export interface SealedInsert {
  readonly block: InsertBlock;
  readonly rows: number;
  readonly count: Statement;
}

const ROWS_OF_BLOCK = loadSql(new URL('./rows-of-block.sql', import.meta.url));

const TABLES = [
  { rows: 'impressions', table: 'raw_impressions', columns: IMPRESSION_COLUMNS },
  { rows: 'conversions', table: 'raw_conversions', columns: CONVERSION_COLUMNS },
  { rows: 'deadLetters', table: 'dead_letters', columns: DEAD_LETTER_COLUMNS },
] as const;

/**
 * A block's inserts, one per table that has rows. Everything in them is fixed here: a repeat sends the same bytes under
 * the same token `table:source:sequence:checksum`, so it is written once however often it is tried.
 */
export function sealBlock(
  rows: BlockRows,
  source: string,
  stamp: Stamp,
  limits: StatementLimits,
): SealedInsert[] {
  const end = `,${stamp.receivedAt},${JSON.stringify(source)},0,${stamp.sequence}]\n`;
  const inserts: SealedInsert[] = [];
  for (const { rows: kind, table, columns } of TABLES) {
    if (rows[kind].length === 0) continue;
    const values = Buffer.from(rows[kind].join(end) + end, 'utf8');
    const checksum = hash('sha256', values, 'hex').slice(0, 32);
    inserts.push({
      block: {
        table,
        columns,
        values,
        token: `${table}:${source}:${stamp.sequence}:${checksum}`,
        limits,
      },
      rows: rows[kind].length,
      count: {
        sql: ROWS_OF_BLOCK,
        params: { table, receivedAt: new Date(stamp.receivedAt), source, sequence: stamp.sequence },
        limits,
      },
    });
  }
  return inserts;
}
