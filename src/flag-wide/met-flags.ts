import type { UnwatchedFlag } from '../catalogue/index.ts';
import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const MET = loadSql(new URL('./met-variants.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };
/** What was received before is looked at no more: what is served is met again. */
const LOOK_BACK_MS = 60_000;
/** It is looked so often: a look reads a minute of impressions. */
const LOOK_EVERY_MS = 5_000;
/** A variant that was met longer ago is not served any more. */
const LATELY_MS = 24 * 3_600_000;
/** Variants that are remembered. */
const MOST_VARIANTS = 100_000;

interface Row {
  readonly environment: string;
  readonly flag: string;
  readonly unit_type: string;
  readonly variant: string;
  readonly last: string;
}

/**
 * Which variants of flags units meet, learned from what is received. Kept in memory alone: a process that takes over learns
 * it again from the next impressions.
 */
export class MetFlags {
  readonly #clickhouse: ClickHouse;
  /** By flag, unit type and variant: when it was met last, in ms. */
  readonly #lastMet = new Map<string, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  /** Those of them that units of their type meet two variants of, since their last experiment ended. */
  async of(flags: readonly UnwatchedFlag[], now: Date): Promise<UnwatchedFlag[]> {
    if (flags.length === 0) return [];
    await this.#look(now.getTime());
    return flags.filter(({ environment, flag, unitType, variants, since }) => {
      const after = Math.max(since?.getTime() ?? Number.NEGATIVE_INFINITY, now.getTime() - LATELY_MS);
      const met = variants.filter(
        (variant) => (this.#lastMet.get(keyOf(environment, flag, unitType, variant)) ?? after) > after,
      );
      return met.length >= 2;
    });
  }

  async #look(nowMs: number): Promise<void> {
    if (Math.abs(nowMs - this.#lookedAt) < LOOK_EVERY_MS) return;
    const rows = await this.#clickhouse.query<Row>({
      sql: MET,
      params: { since: new Date(nowMs - LOOK_BACK_MS), most: MOST_VARIANTS },
      limits: LIMITS,
    });
    this.#lookedAt = nowMs;
    for (const { environment, flag, unit_type, variant, last } of rows) {
      const key = keyOf(environment, flag, unit_type, variant);
      const lastMs = Math.max(this.#lastMet.get(key) ?? 0, Number(last));
      // The least lately met comes first.
      this.#lastMet.delete(key);
      this.#lastMet.set(key, lastMs);
    }
    for (const key of this.#lastMet.keys()) {
      if (this.#lastMet.size <= MOST_VARIANTS) break;
      this.#lastMet.delete(key);
    }
  }
}

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);
