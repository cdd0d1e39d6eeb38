import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';

/** The engine with the time that its statements took, by their first words. */
export function timedStatements(engine: ClickHouse): { clickhouse: ClickHouse; times: Map<string, number> } {
  const times = new Map<string, number>();
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      times.set(name, (times.get(name) ?? 0) + performance.now() - begin);
    }
  };
  const nameOf = (sql: string) => sql.replace(/\s+/g, ' ').slice(0, 60);
  return {
    times,
    clickhouse: {
      query: (statement) => timed(nameOf(statement.sql), () => engine.query(statement)),
      stream: (statement) => engine.stream(statement),
      insert: (block) => timed(`insert ${block.table}`, () => engine.insert(block)),
      command: (statement) => timed(nameOf(statement.sql), () => engine.command(statement)),
      ping: () => engine.ping(),
      close: () => engine.close(),
    },
  };
}
