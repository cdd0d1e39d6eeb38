/**
 * Opens the embedded Postgres in argv[2] and commits numbers to two tables for as long as it lives, saying each number
 * on a line once its commit has resolved. To be killed.
 */
import { openEmbeddedPostgres } from '../../../src/stores/postgres/index.ts';

const [, , directory = ''] = process.argv;
const postgres = await openEmbeddedPostgres({ directory, housekeepingMs: 15 });
await postgres.query('CREATE TABLE IF NOT EXISTS left_side (n int PRIMARY KEY, filler text)');
await postgres.query('CREATE TABLE IF NOT EXISTS right_side (n int PRIMARY KEY, filler text)');
const [last] = await postgres.query<{ n: number }>('SELECT coalesce(max(n), 0) AS n FROM left_side');

for (let n = (last?.n ?? 0) + 1; ; n += 1) {
  await postgres.transaction(async (tx) => {
    await tx.query('INSERT INTO left_side VALUES ($1, $2)', [n, 'x'.repeat(n % 4_000)]);
    await tx.query('INSERT INTO right_side VALUES ($1, $2)', [n, 'y'.repeat(n % 4_000)]);
    // Dead rows and full pages, so that vacuum and checkpoints have something to do when the end comes.
    await tx.query('UPDATE left_side SET filler = filler || $1 WHERE n > $2', ['z', n - 5]);
  });
  process.stdout.write(`${n}\n`);
}
