import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import type { Asked } from './statements.ts';

/** Asks questions under one set of limits. */
export class Engine {
  readonly #clickhouse: ClickHouse;
  readonly #limits: StatementLimits;

  constructor(clickhouse: ClickHouse, limits: StatementLimits) {
    this.#clickhouse = clickhouse;
    this.#limits = limits;
  }

  ask<Row>({ sql, params }: Asked): Promise<Row[]> {
    return this.#clickhouse.query<Row>({
      sql,
      params,
      limits: this.#limits,
      // The two tables are narrowed to the same range of units, so the plan as written is the good one: the side with
      // one row per unit is the one held in memory.
      settings: { query_plan_join_swap_table: 'false' },
    });
  }
}
