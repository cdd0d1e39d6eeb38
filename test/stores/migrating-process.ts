// Migrates an embedded ClickHouse and says how far it is: node migrating-process.ts <engine directory> <migrations>
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { migrateClickHouse } from '../../src/stores/migrations/index.ts';

const [engine = '', migrations = ''] = process.argv.slice(2);
const limits = { maxSeconds: 30, maxMemoryBytes: 500_000_000 };
const clickhouse = await openEmbeddedClickHouse({ directory: engine });
let statements = 0;
const counting: ClickHouse = {
  query: (statement) => clickhouse.query(statement),
  stream: (statement) => clickhouse.stream(statement),
  insert: (block) => clickhouse.insert(block),
  async command(statement) {
    statements += 1;
    process.send?.({ statements });
    await clickhouse.command(statement);
  },
  ping: () => clickhouse.ping(),
  close: () => clickhouse.close(),
};
const completed = await migrateClickHouse(counting, migrations);
const tables = await clickhouse.query({
  sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND name != 'schema_migrations'",
  limits,
});
const [recorded] = await clickhouse.query<{ statements: string; distinct: string }>({
  sql: 'SELECT count() AS statements, uniqExact(number, statement) AS distinct FROM schema_migrations',
  limits,
});
if (completed.length === 0) process.send?.({ report: { tables: tables.length, ...recorded } });
else process.send?.('done');
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
