import { afterAll, describe, expect, it } from 'vitest';
import { openServerPostgres } from '../../src/stores/postgres/index.ts';
import { postgresContract } from '../contract/postgres.contract.ts';
import { running, startPostgres } from '../support/postgres/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

const server = await startPostgres();
if ('skipped' in server) requireOrSkip('postgres', server.skipped);
const up = () => running(server);

describe.skipIf('skipped' in server)('a Postgres server', () => {
  afterAll(() => up().stop());

  postgresContract('server', async () => ({
    open: async () => openServerPostgres({ url: up().url }),
    remove: async () => undefined,
  }));

  it('serves more callers than it has connections', async () => {
    const postgres = openServerPostgres({ url: up().url, poolSize: 2 });
    const transactions = Array.from({ length: 20 }, (_, n) =>
      postgres.transaction(async (tx) => {
        const [row] = await tx.query<{ n: number }>('SELECT $1::int AS n, pg_sleep(0.002)', [n]);
        return row?.n;
      }),
    );
    expect(await Promise.all(transactions)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await postgres.close();
  });

  it('has the server stop a statement that takes too long', async () => {
    const postgres = openServerPostgres({ url: up().url, statementTimeoutMs: 50 });
    const error = await postgres.query('SELECT pg_sleep(20)').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store-failed', cause: { code: '57014' } });
    await postgres.close();
  });

  it('is unavailable while the server is down, survives a kill in mid-transaction, and comes back by itself', async () => {
    const postgres = openServerPostgres({ url: up().url });
    await postgres.query('CREATE TABLE survivor (n int)');
    const failed = postgres.transaction(async (tx) => {
      await tx.query('INSERT INTO survivor VALUES (1)');
      await up().kill();
      await tx.query('INSERT INTO survivor VALUES (2)');
    });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(postgres.transaction(async () => undefined)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(postgres.ping()).rejects.toMatchObject({ code: 'unavailable' });

    await up().restart();
    // The pool learns of its dead connections as it uses them.
    await expect.poll(() => postgres.query('SELECT * FROM survivor').catch(() => 'down')).toEqual([]);
    await postgres.transaction((tx) => tx.query('INSERT INTO survivor VALUES (3)'));
    expect(await postgres.query('SELECT n FROM survivor')).toEqual([{ n: 3 }]);
    await postgres.close();
  });

  it('says that a password is wrong without saying the password', async () => {
    const url = up().url.replace(/:[^:@]+@/, ':not-the-password@');
    const postgres = openServerPostgres({ url });
    const error: unknown = await postgres.ping().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store-failed', cause: { code: '28P01' } });
    expect(String(error)).not.toContain('not-the-password');
    await postgres.close();
  });
});

describe('openServerPostgres', () => {
  it.each(['', 'localhost:5432', 'mysql://localhost/x'])('refuses %j', (url) => {
    expect(() => openServerPostgres({ url })).toThrowError(
      expect.objectContaining({ code: 'start-refused' }),
    );
  });

  it('is unavailable when nobody listens', async () => {
    const postgres = openServerPostgres({ url: 'postgres://a:b@127.0.0.1:1/c' });
    await expect(postgres.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await postgres.close();
  });
});
