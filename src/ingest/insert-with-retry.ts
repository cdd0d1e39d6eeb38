import type { ClickHouse, InsertBlock } from '../stores/clickhouse/index.ts';

export interface RetryPolicy {
  /** Pauses before the second, third… try, in milliseconds. */
  readonly pausesMs: readonly number[];
  readonly pause: (ms: number) => Promise<void>;
  /** Asked before every try; throws where none may be made any more. */
  readonly permit: () => void;
  /** Told of each failure that is followed by another try. */
  readonly failed: (error: unknown, block: InsertBlock) => void;
}

/**
 * Inserts a block. A failure leaves open whether the rows landed, so the same bytes go again under the same token,
 * a bounded number of times; then the last failure is thrown.
 */
export async function insertWithRetry(
  clickhouse: ClickHouse,
  block: InsertBlock,
  policy: RetryPolicy,
): Promise<void> {
  for (const pauseMs of policy.pausesMs) {
    policy.permit();
    try {
      return await clickhouse.insert(block);
    } catch (error) {
      policy.failed(error, block);
    }
    await policy.pause(pauseMs);
  }
  policy.permit();
  await clickhouse.insert(block);
}
