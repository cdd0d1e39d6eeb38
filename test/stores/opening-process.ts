// Opens an embedded ClickHouse and says how that went: node opening-process.ts <engine directory> [rows to make]
import { AppError } from '../../src/errors.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';

const [directory = '', rows = '0'] = process.argv.slice(2);
const limits = { maxSeconds: 30, maxMemoryBytes: 500_000_000 };
try {
  const clickhouse = await openEmbeddedClickHouse({ directory });
  if (rows !== '0') {
    const columns = 'a UInt64, s String';
    await clickhouse.command({
      sql: `CREATE TABLE facts (${columns}) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100`,
      limits,
    });
    // Named like a table of which rows remain for a while after it was dropped.
    await clickhouse.command({
      sql: `CREATE TABLE passing (${columns}) ENGINE = MergeTree ORDER BY a`,
      limits,
    });
    for (const table of ['facts', 'facts', 'passing']) {
      await clickhouse.command({
        sql: `INSERT INTO ${table} SELECT number, toString(number) FROM numbers({n:UInt64})`,
        params: { n: Number(rows) },
        limits,
      });
    }
    await clickhouse.command({ sql: 'DROP TABLE passing', limits });
  }
  const [row] = await clickhouse.query<{ n: string }>({ sql: 'SELECT count() AS n FROM facts', limits });
  await clickhouse.close();
  process.stdout.write(JSON.stringify({ rows: Number(row?.n) }));
} catch (error) {
  const { code, message } =
    error instanceof AppError ? error : { code: 'unexpected', message: String(error) };
  process.stdout.write(JSON.stringify({ code, message }));
}
