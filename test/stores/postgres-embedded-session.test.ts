import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedPostgres, type Postgres } from '../../src/stores/postgres/index.ts';

let root: string;
let postgres: Postgres;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'assay-session-'));
  postgres = await openEmbeddedPostgres({ directory: join(root, 'postgres'), housekeepingMs: 25 });
  await postgres.query('CREATE SCHEMA bullmq; CREATE TABLE public.row (n int)');
});
afterEach(async () => {
  await postgres.close();
  rmSync(root, { recursive: true, force: true });
});

const count = async () => (await postgres.query<{ n: number }>('SELECT count(*)::int AS n FROM row'))[0]?.n;

describe('the one session', () => {
  it('rolls back what a released client left open, and goes on', async () => {
    const client = await postgres.pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO public.row VALUES (1)');
    client.release();
    expect(await count()).toBe(0);
    await expect(client.query('SELECT 1')).rejects.toThrow('released');
  });

  it('rolls back what a client left open that was released before its statements had run', async () => {
    const client = await postgres.pool.connect();
    const statements = [client.query('BEGIN'), client.query('INSERT INTO public.row VALUES (1)')];
    client.release();
    await Promise.all(statements);
    expect(await count()).toBe(0);
  });

  it('does not stay inside a transaction that a statement without a client opened', async () => {
    await postgres.pool.query('BEGIN');
    await postgres.pool.query('INSERT INTO public.row VALUES (1)');
    await postgres.pool.query('ROLLBACK');
    expect(await count()).toBe(1);
  });

  it('runs statements in the order they came, after the transaction they waited for', async () => {
    const order: string[] = [];
    const note = (what: string) => () => order.push(what);
    const opened = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const transaction = postgres
      .transaction(async (tx) => {
        await tx.query('INSERT INTO row VALUES (1)');
        opened.resolve();
        await goOn.promise;
        await tx.query('INSERT INTO row VALUES (2)');
      })
      .then(note('transaction'));
    await opened.promise;
    const waiting = ['first', 'second', 'third'].map((what) => postgres.query('SELECT 1').then(note(what)));
    const next = postgres.transaction((tx) => tx.query('SELECT 1')).then(note('next transaction'));
    goOn.resolve();
    await Promise.all([transaction, ...waiting, next]);
    expect(order).toEqual(['transaction', 'first', 'second', 'third', 'next transaction']);
  });

  it('finds its own search path again after a statement changed it', async () => {
    await postgres.pool.query('SET search_path TO public');
    expect((await postgres.pool.query('SHOW search_path')).rows).toEqual([{ search_path: 'bullmq' }]);
    const client = await postgres.pool.connect();
    await client.query('BEGIN');
    await client.query('SET LOCAL search_path TO pg_catalog');
    await client.query('ROLLBACK');
    client.release();
    expect(await postgres.query('SHOW search_path')).toEqual([{ search_path: 'public' }]);
  });

  it('refuses the queues inside a transaction of the store, instead of waiting for ever', async () => {
    const past = postgres.transaction(() => postgres.pool.query('SELECT 1'));
    await expect(past).rejects.toMatchObject({ code: 'internal' });
  });

  it('lets a transaction that is under way end before it closes', async () => {
    const opened = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const transaction = postgres.transaction(async (tx) => {
      await tx.query('INSERT INTO row VALUES (1)');
      opened.resolve();
      await goOn.promise;
      await tx.query('INSERT INTO row VALUES (2)');
    });
    await opened.promise;
    const closing = postgres.close();
    goOn.resolve();
    await transaction;
    await closing;
    postgres = await openEmbeddedPostgres({ directory: join(root, 'postgres') });
    expect(await count()).toBe(2);
  });

  it('lets everything else in the process go on while a statement runs', async () => {
    let turns = 0;
    let runs = true;
    const count = (): void => {
      turns += 1;
      if (runs) setImmediate(count);
    };
    setImmediate(count);
    await postgres.query('SELECT sum(sqrt(n)) FROM generate_series(1, 500000) AS n');
    runs = false;
    // In this thread it would be one or two.
    expect(turns).toBeGreaterThan(50);
  });

  it('is unavailable after the engine stopped at a fault, still closes, and recovers when opened again', async () => {
    await postgres.query('INSERT INTO row VALUES (1)');
    const log = join(root, 'postgres', 'pg_wal');
    renameSync(log, `${log}-away`);
    // More than the segment at hand holds, so that Postgres needs a new one in the folder that is gone.
    const fault = postgres.query('INSERT INTO row SELECT n FROM generate_series(1, 200000) AS n');
    await expect(fault).rejects.toMatchObject({ code: 'unavailable' });
    await expect(postgres.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await postgres.close();
    renameSync(`${log}-away`, log);
    postgres = await openEmbeddedPostgres({ directory: join(root, 'postgres') });
    expect(await count()).toBe(1);
  });
});

describe('housekeeping', () => {
  it('removes dead rows and moves on the point from which a crash is recovered', async () => {
    await postgres.query('INSERT INTO row SELECT n FROM generate_series(1, 2000) AS n');
    for (let round = 0; round < 100; round += 1) await postgres.query('UPDATE row SET n = n + 1');
    const state = async () => {
      const [row] = await postgres.query(
        `SELECT last_vacuum IS NOT NULL AND n_dead_tup = 0 AS vacuumed, pg_current_wal_lsn() - redo_lsn < 1000000 AS checkpointed
         FROM pg_stat_user_tables, pg_control_checkpoint() WHERE relname = 'row'`,
      );
      return row;
    };
    await expect.poll(state, { timeout: 20_000 }).toEqual({ vacuumed: true, checkpointed: true });
    // A full round of changes fits into the room that the dead rows left.
    const pages = () => postgres.query("SELECT pg_relation_size('row') AS bytes");
    const before = await pages();
    await postgres.query('UPDATE row SET n = n + 1');
    expect(await pages()).toEqual(before);
  });
});
