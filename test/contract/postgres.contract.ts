import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';

/** A store and what removes it; `open` may be called again after `close` and finds the same data. */
export interface PostgresUnderTest {
  open(): Promise<Postgres>;
  remove(): Promise<void>;
}

/** The AppError a promise rejects with; anything else fails the test. */
async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  return error;
}

function sqlState(error: AppError): unknown {
  return (error.cause as { code?: unknown }).code;
}

/** What every Postgres adapter does. */
export function postgresContract(name: string, prepare: () => Promise<PostgresUnderTest>): void {
  describe(`Postgres contract: ${name}`, () => {
    let under: PostgresUnderTest;
    let postgres: Postgres;

    beforeAll(async () => {
      under = await prepare();
      postgres = await under.open();
      await postgres.query('CREATE SCHEMA IF NOT EXISTS bullmq');
      await postgres.query('CREATE TABLE account (id text PRIMARY KEY, balance int NOT NULL)');
    });
    beforeEach(() => postgres.query('TRUNCATE account'));
    afterAll(async () => {
      await postgres.close();
      await under.remove();
    });

    const balances = () =>
      postgres.query<{ id: string; balance: number }>('SELECT * FROM account ORDER BY id');
    const insert = 'INSERT INTO account VALUES ($1, $2)';

    describe('statements', () => {
      it('gives rows as objects and an empty list for none', async () => {
        expect(await postgres.query('SELECT $1::text AS a, 2 AS b', ['x'])).toEqual([{ a: 'x', b: 2 }]);
        expect(await postgres.query('SELECT 1 WHERE false')).toEqual([]);
        expect(await postgres.query(insert, ['a', 1])).toEqual([]);
      });

      it('runs several statements without parameters and gives the rows of the last', async () => {
        expect(await postgres.query("INSERT INTO account VALUES ('a', 1); SELECT 7 AS seven")).toEqual([
          { seven: 7 },
        ]);
        expect(await balances()).toEqual([{ id: 'a', balance: 1 }]);
      });

      it('keeps every one of many simultaneous statements to its own parameters', async () => {
        const asked = Array.from({ length: 200 }, (_, index) => index);
        const answers = await Promise.all(
          asked.map((n) => postgres.query<{ n: number }>('SELECT $1::int AS n', [n])),
        );
        expect(answers.map(([row]) => row?.n)).toEqual(asked);
      });

      it('carries a megabyte of text unchanged', async () => {
        const text = 'é"\\\n'.repeat(262_144);
        const [row] = await postgres.query<{ text: string }>('SELECT $1::text AS text', [text]);
        expect(row?.text === text).toBe(true);
      });

      it('answers a ping', async () => {
        await expect(postgres.ping()).resolves.toBeUndefined();
      });
    });

    describe('values', () => {
      const at = new Date('2026-03-29T01:30:00.123Z');
      const cases: readonly [sql: string, value: unknown][] = [
        ["'9007199254740993'::int8", '9007199254740993'],
        ['count(*)', '1'],
        ['12::int4', 12],
        ['1.5::float8', 1.5],
        ["'NaN'::float8", Number.NaN],
        ["'0.10'::numeric", '0.10'],
        ["'2026-03-29 03:30:00.123456+02'::timestamptz", at],
        ["'2026-03-29 07:00:00.123+05:30'::timestamptz", at],
        ["'12026-01-02 00:00:00+00'::timestamptz", new Date('+012026-01-02T00:00:00Z')],
        ["'infinity'::timestamptz", Number.POSITIVE_INFINITY],
        ["'2026-03-29'::date", '2026-03-29'],
        ["'2026-03-29 01:02:03'::timestamp", '2026-03-29 01:02:03'],
        ["'1 day 2 hours'::interval", '1 day 02:00:00'],
        ["'\\x00ff'::bytea", Buffer.from([0, 255])],
        ['true', true],
        ['NULL::int8', null],
        [`'{"a":[1,{"b":null}]}'::jsonb`, { a: [1, { b: null }] }],
        ["'[1]'::json", [1]],
        ["'null'::jsonb", null],
        ["'6f2a1f0e-8a56-4f0e-9a53-1f1f1f1f1f1f'::uuid", '6f2a1f0e-8a56-4f0e-9a53-1f1f1f1f1f1f'],
        ["ARRAY['a', NULL, 'NULL', '', 'q\"\\,{}']", ['a', null, 'NULL', '', 'q"\\,{}']],
        ['ARRAY[9007199254740993, NULL]', ['9007199254740993', null]],
        ['ARRAY[0.10]', ['0.10']],
        [
          'ARRAY[[1, 2], [3, 4]]',
          [
            [1, 2],
            [3, 4],
          ],
        ],
        ["ARRAY['2026-03-29 03:30:00.123+02'::timestamptz]", [at]],
        ["ARRAY['2026-03-29'::date]", ['2026-03-29']],
        ["'{}'::int8[]", []],
      ];
      it.each(cases)('reads %s', async (sql, value) => {
        expect(await postgres.query(`SELECT ${sql} AS value`)).toEqual([{ value }]);
      });

      it.each(['UTC', 'Asia/Kolkata', 'America/New_York'])(
        'reads the same instant in a session at %s',
        async (zone) => {
          const rows = await postgres.transaction(async (tx) => {
            await tx.query(`SET LOCAL TIME ZONE '${zone}'`);
            return tx.query('SELECT $1::timestamptz AS at', [at]);
          });
          expect(rows).toEqual([{ at }]);
        },
      );

      const bound: readonly [type: string, value: unknown, read: unknown][] = [
        ['timestamptz', at, at],
        ['int8', 9007199254740993n, '9007199254740993'],
        ['int4', 7, 7],
        ['bool', false, false],
        ['text', 'it\'s "quoted" \\ ü', 'it\'s "quoted" \\ ü'],
        ['text', undefined, null],
        ['jsonb', { a: [1, "'"], b: null }, { a: [1, "'"], b: null }],
        ['jsonb', JSON.stringify([1, 2]), [1, 2]],
        ['bytea', new Uint8Array([0, 1, 255]), Buffer.from([0, 1, 255])],
        ['text[]', ['a', null, 'b "c" \\', '{}', ''], ['a', null, 'b "c" \\', '{}', '']],
        ['int8[]', [1, 2n], ['1', '2']],
        ['int4[]', [], []],
        ['timestamptz[]', [at], [at]],
      ];
      it.each(bound)('binds %s', async (type, value, read) => {
        expect(await postgres.query(`SELECT $1::${type} AS value`, [value])).toEqual([{ value: read }]);
      });
    });

    describe('transactions', () => {
      it('keeps everything of one that resolves and gives its result', async () => {
        const result = await postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          await tx.query(insert, ['b', 2]);
          return 'done';
        });
        expect(result).toBe('done');
        expect(await balances()).toHaveLength(2);
      });

      it('keeps nothing of one whose work fails, and rejects with the very same error', async () => {
        const mine = new AppError('precondition-failed', 'It changed: read it again.');
        const failed = postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          throw mine;
        });
        await expect(failed).rejects.toBe(mine);
        expect(await balances()).toEqual([]);
      });

      it('keeps nothing of one with a failing statement', async () => {
        const failed = postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          await tx.query(insert, ['a', 2]);
        });
        expect((await failure(failed)).code).toBe('conflict');
        expect(await balances()).toEqual([]);
      });

      it('does not pass over a failure that the work swallowed', async () => {
        const swallowed = postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          await tx.query('SELECT nonsense').catch(() => undefined);
          return 'done';
        });
        expect((await failure(swallowed)).code).toBe('store-failed');
        expect(await balances()).toEqual([]);
      });

      it('never shows its rows to others before it ends', async () => {
        let outside: Promise<unknown[]> = Promise.resolve([]);
        const ask = Promise.withResolvers<void>();
        const asked = ask.promise.then(() => {
          outside = balances();
        });
        const failed = postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          ask.resolve();
          await asked;
          await tx.query('SELECT 1');
          throw new Error('changed its mind');
        });
        await expect(failed).rejects.toThrow('changed its mind');
        expect(await outside).toEqual([]);
      });

      it('loses no update among many at once', async () => {
        await postgres.query(insert, ['a', 0]);
        const addOne = () =>
          postgres.transaction(async (tx) => {
            const [row] = await tx.query<{ balance: number }>(
              "SELECT balance FROM account WHERE id = 'a' FOR UPDATE",
            );
            await tx.query("UPDATE account SET balance = $1 WHERE id = 'a'", [(row?.balance ?? 0) + 1]);
          });
        await Promise.all(Array.from({ length: 30 }, addOne));
        expect(await balances()).toEqual([{ id: 'a', balance: 30 }]);
      });

      it('refuses a statement that goes past the transaction it is called from, instead of waiting for ever', async () => {
        const past = postgres.transaction(async (tx) => {
          await tx.query(insert, ['a', 1]);
          await balances();
        });
        expect((await failure(past)).code).toBe('internal');
        const nested = postgres.transaction(() => postgres.transaction(async () => undefined));
        expect((await failure(nested)).code).toBe('internal');
        expect(await balances()).toEqual([]);
      });

      it('refuses a statement on a transaction that has ended', async () => {
        const late = await postgres.transaction(async (tx) => tx);
        expect((await failure(late.query('SELECT 1'))).code).toBe('internal');
      });
    });

    describe('failures', () => {
      it('calls a violated unique key a conflict', async () => {
        await postgres.query(insert, ['a', 1]);
        const error = await failure(postgres.query(insert, ['a', 2]));
        expect([error.code, sqlState(error)]).toEqual(['conflict', '23505']);
      });

      it.each([
        ['SELEC 1', '42601'],
        ['SELECT * FROM nowhere', '42P01'],
        ['SELECT 1 / 0', '22012'],
        ["INSERT INTO account VALUES ('a', NULL)", '23502'],
      ])('calls %s store-failed, with the SQLSTATE in the cause', async (sql, state) => {
        const error = await failure(postgres.query(sql));
        expect([error.code, sqlState(error)]).toEqual(['store-failed', state]);
      });

      it('does not carry the bound values along', async () => {
        const error = await failure(postgres.query('SELECT $1::text, 1 / $2::int', ['a secret', 0]));
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('a secret');
      });

      it('goes on after a failure', async () => {
        await failure(postgres.query('SELECT 1 / 0'));
        expect(await postgres.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      });
    });

    describe('the pool for the queues', () => {
      it('lives in the schema bullmq, and the store in public', async () => {
        await postgres.pool.query('CREATE TABLE whose AS SELECT 1 AS queues');
        await postgres.query('CREATE TABLE whose AS SELECT 2 AS own');
        const [own, queues] = await Promise.all([
          postgres.query('SELECT * FROM whose'),
          postgres.pool.query('SELECT * FROM whose'),
        ]);
        expect([own, queues.rows]).toEqual([[{ own: 2 }], [{ queues: 1 }]]);
        expect(await postgres.query('SELECT queues FROM bullmq.whose')).toEqual([{ queues: 1 }]);
      });

      it('gives the errors as Postgres has them', async () => {
        await expect(postgres.pool.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
      });

      it('keeps a transaction to its client', async () => {
        const client = await postgres.pool.connect();
        await client.query('BEGIN');
        await client.query('CREATE TABLE passing (id int)');
        const outside = postgres.pool.query("SELECT to_regclass('bullmq.passing') AS found");
        await client.query('ROLLBACK');
        client.release();
        expect((await outside).rows).toEqual([{ found: null }]);
      });

      it('counts the rows a statement touched', async () => {
        await postgres.pool.query("INSERT INTO public.account VALUES ('a', 1), ('b', 1)");
        const { rowCount, command } = await postgres.pool.query(
          'UPDATE public.account SET balance = $1',
          [2],
        );
        expect([rowCount, command]).toEqual([2, 'UPDATE']);
      });
    });

    describe('notifications', () => {
      /** A client that listens, what it has heard, and a promise of the next. */
      async function listener(channel: string) {
        const client = await postgres.pool.connect();
        const heard: unknown[] = [];
        let next = Promise.withResolvers<void>();
        client.on('notification', (message: { channel: string; payload?: string }) => {
          heard.push([message.channel, message.payload]);
          next.resolve();
          next = Promise.withResolvers<void>();
        });
        await client.query(`-- the queues\nLISTEN "${channel}"`);
        return { client, heard, next: () => next.promise };
      }
      const notify = (channel: string, payload: string) =>
        postgres.query('SELECT pg_notify($1, $2)', [channel, payload]);

      it('reach the clients that listen, and no others', async () => {
        const [jobs, other] = [await listener('Jobs'), await listener('other')];
        const arrived = jobs.next();
        await notify('Jobs', 'hello');
        await arrived;
        const marked = other.next();
        await notify('other', 'mark');
        await marked;
        expect([jobs.heard, other.heard]).toEqual([[['Jobs', 'hello']], [['other', 'mark']]]);
        jobs.client.release(true);
        other.client.release(true);
      });

      it('stop for a client that no longer listens, and go on for the others', async () => {
        const [leaving, staying] = [await listener('shared'), await listener('shared')];
        await leaving.client.query('UNLISTEN "shared"');
        const arrived = staying.next();
        await notify('shared', 'after');
        await arrived;
        expect([leaving.heard, staying.heard]).toEqual([[], [['shared', 'after']]]);
        leaving.client.release(true);
        staying.client.release(true);
      });

      it('come at the commit, and never from what was rolled back', async () => {
        const { client, heard, next } = await listener('commits');
        await failure(
          postgres.transaction(async (tx) => {
            await tx.query("SELECT pg_notify('commits', 'rolled back')");
            throw new AppError('conflict', 'No.');
          }),
        );
        const arrived = next();
        await postgres.transaction((tx) => tx.query("SELECT pg_notify('commits', 'committed')"));
        await arrived;
        expect(heard).toEqual([['commits', 'committed']]);
        client.release(true);
      });
    });

    it('closes once however often it is asked, is unavailable then, and keeps what was committed', async () => {
      const first = await under.open().catch((error: unknown) => error);
      // Only a server can be opened twice; the embedded one is closed before it is opened again.
      const closing = first instanceof Error ? postgres : (first as Postgres);
      await closing.query(insert, ['kept', 1]);
      await Promise.all([closing.close(), closing.close()]);
      await closing.close();
      expect((await failure(closing.query('SELECT 1'))).code).toBe('unavailable');
      expect((await failure(closing.transaction(async () => undefined))).code).toBe('unavailable');
      if (closing === postgres) postgres = await under.open();
      expect(await balances()).toEqual([{ id: 'kept', balance: 1 }]);
    });
  });
}
