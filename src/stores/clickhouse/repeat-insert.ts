import { AppError } from '../../errors.ts';
import type { ClickHouse, InsertBlock, Statement } from './clickhouse.port.ts';

/** How to see what an insert left behind, and how long to wait for it. */
export interface InsertEvidence {
  /** Counts the block's rows in its table by what no other block has, as `n`. */
  readonly count: Statement;
  /** Rows in the block, all of them in one table partition. */
  readonly rows: number;
  /** Lets a repeat by somebody else, under way in the engine, become visible. */
  readonly settle: () => Promise<void>;
}

/** Tokens tried after the block's own; each is lost only if the engine is killed once more. */
const FURTHER_TOKENS = 5;

/**
 * Inserts a block of which it is not known whether an earlier insert of it landed. Its token is not enough for that: a
 * server killed between writing the token down and naming the part drops the repeat as done. So the rows are counted
 * afterwards, and where there are none the block goes again under a token derived from its own, the same for everybody
 * who repeats it. @throws AppError `store-failed` where the rows cannot be brought to be there.
 */
export async function repeatInsert(
  clickhouse: ClickHouse,
  block: InsertBlock,
  evidence: InsertEvidence,
): Promise<void> {
  for (let further = 0; further <= FURTHER_TOKENS; further += 1) {
    const token = further === 0 ? block.token : `${block.token}:${further}`;
    await clickhouse.insert({ ...block, token });
    if (await isThere(clickhouse, block, evidence)) return;
    await evidence.settle();
    if (await isThere(clickhouse, block, evidence)) return;
  }
  throw new AppError(
    'store-failed',
    `A block of ${evidence.rows} rows does not appear in ${block.table} although ClickHouse acknowledges it; look for a view or policy that drops rows.`,
  );
}

async function isThere(clickhouse: ClickHouse, block: InsertBlock, evidence: InsertEvidence) {
  const [found] = await clickhouse.query<{ n: string }>(evidence.count);
  const n = Number(found?.n);
  if (n !== 0 && n !== evidence.rows)
    throw new AppError(
      'store-failed',
      `${n} of a block's ${evidence.rows} rows are in ${block.table}; a block is there whole or not at all, so restore the table from a backup.`,
    );
  return n === evidence.rows;
}
