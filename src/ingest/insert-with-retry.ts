import { type ClickHouse, type InsertBlock, repeatInsert } from '../stores/clickhouse/index.ts';
import type { SealedInsert } from './block.ts';

export interface RetryPolicy {
  /** Pauses before the second, third… try, in milliseconds. */
  readonly pausesMs: readonly number[];
  readonly pause: (ms: number) => Promise<void>;
  /** Asked before every try; throws where none may be made any more. */
  readonly permit: () => void;
  /** Told of each failure that is followed by another try. */
  readonly failed: (error: unknown, block: InsertBlock) => void;
}

/** No statement of a live engine stays between its token and its rows for so long, in milliseconds. */
const SETTLE_MS = 1000;

/**
 * Inserts a block. A failure leaves open whether the rows landed, so the same bytes go again under the same token and
 * are looked for afterwards, a bounded number of times; then the last failure is thrown.
 */
export async function insertWithRetry(
  clickhouse: ClickHouse,
  { block, rows, count }: SealedInsert,
  policy: RetryPolicy,
): Promise<void> {
  const evidence = { rows, count, settle: () => policy.pause(SETTLE_MS) };
  for (let attempt = 0; ; attempt += 1) {
    policy.permit();
    try {
      if (attempt === 0) await clickhouse.insert(block);
      else await repeatInsert(clickhouse, block, evidence);
      return;
    } catch (error) {
      const pauseMs = policy.pausesMs[attempt];
      if (pauseMs === undefined) throw error;
      policy.failed(error, block);
      await policy.pause(pauseMs);
    }
  }
}
