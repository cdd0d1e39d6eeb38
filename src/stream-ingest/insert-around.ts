import { AppError } from '../errors.ts';
import {
  type ClickHouse,
  EngineError,
  type InsertBlock,
  type Statement,
} from '../stores/clickhouse/index.ts';

/** A line that the engine cannot read as a row of its table. */
export interface PoisonRow {
  readonly table: string;
  /** The line, from 0, in the range's lines of that table. */
  readonly index: number;
  readonly line: Buffer;
  /** The engine's own words. */
  readonly detail: string;
}

// What the engine says of text that is no row, and of nothing else: CANNOT_PARSE_TEXT, …_ESCAPE_SEQUENCE, …_QUOTED_STRING,
// …_INPUT_ASSERTION_FAILED, CANNOT_PARSE_DATE, …_DATETIME, CANNOT_PARSE_NUMBER, ARGUMENT_OUT_OF_BOUND, CANNOT_READ_ARRAY_FROM_TEXT,
// INCORRECT_DATA, CANNOT_READ_MAP_FROM_TEXT, VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE, CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN,
// CANNOT_PARSE_BOOL, DECIMAL_OVERFLOW, TYPE_MISMATCH, UNEXPECTED_DATA_AFTER_PARSED_VALUE.
const poisonCodes = new Set([6, 25, 26, 27, 38, 41, 53, 69, 72, 117, 130, 321, 349, 407, 467, 561, 675, 676]);

/** Whether a failed insert failed for what is in a row. */
export function isPoison(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if (e instanceof EngineError) return e.code !== null && poisonCodes.has(e.code);
  }
  return false;
}

/**
 * Inserts a block's rows but those that the engine cannot read, which it gives. The block is halved until each part is
 * taken or is one row; every part has the block's token and its own bounds, so that a repeat halves in the same places
 * and writes nothing twice. `count` counts the block's rows in its table.
 */
export async function insertAround(
  clickhouse: ClickHouse,
  block: InsertBlock,
  count: Statement,
): Promise<PoisonRow[]> {
  const lines = linesOf(block.values);
  const poison: PoisonRow[] = [];
  const insert = async (from: number, to: number): Promise<void> => {
    const values = Buffer.concat(lines.slice(from, to));
    try {
      await clickhouse.insert({ ...block, values, token: `${block.token}:${from}-${to}` });
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (to - from === 1) {
        poison.push({ table: block.table, index: from, line: values, detail: wordsOf(error) });
        return;
      }
      const middle = (from + to) >>> 1;
      await insert(from, middle);
      await insert(middle, to);
    }
  };
  await insert(0, lines.length);
  const [found] = await clickhouse.query<{ n: string }>(count);
  if (Number(found?.n) !== lines.length - poison.length)
    throw new AppError(
      'store-failed',
      `${lines.length - poison.length} rows of a range should be in ${block.table} and ${found?.n} are; the range is held back, see operations.md on lost tokens.`,
    );
  return poison;
}

function wordsOf(error: unknown): string {
  let words = String(error);
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof EngineError) words = e.message;
  return words.slice(0, 500);
}

/** Each line with its newline. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}
