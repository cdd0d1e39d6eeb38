/** Uses the embedded Postgres in argv[2] for a while and says the most memory the process has taken, in MB. */
import { openEmbeddedPostgres } from '../../../src/stores/postgres/index.ts';

const [, , directory = ''] = process.argv;
const postgres = await openEmbeddedPostgres({ directory });
await postgres.query(
  'CREATE TABLE filling AS SELECT n, md5(n::text) AS text FROM generate_series(1, 50000) AS n',
);
for (let n = 0; n < 3_000; n += 1) await postgres.query('SELECT $1::int + 1', [n]);
await postgres.query('SELECT count(*), sum(length(text || n)) FROM filling');
await postgres.close();
process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
