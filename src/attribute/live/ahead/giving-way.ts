import type { ClickHouse } from '../../../stores/clickhouse/index.ts';
import type { Lookahead } from './lookahead.ts';

/**
 * The engine as a cycle uses it: none of its statements begins while a look ahead is under way. A look is short, and as long
 * as it takes the cores are its own; at least as long as that nobody looks afterwards, so a cycle comes to its end.
 */
export function givingWay(clickhouse: ClickHouse, looks: Pick<Lookahead, 'over'>): ClickHouse {
  return {
    query: async (statement) => {
      await looks.over;
      return clickhouse.query(statement);
    },
    command: async (statement) => {
      await looks.over;
      return clickhouse.command(statement);
    },
    stream: (statement) => clickhouse.stream(statement),
    insert: (block) => clickhouse.insert(block),
    ping: () => clickhouse.ping(),
    close: () => clickhouse.close(),
  };
}
