import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { collect, failure, limits, type Suite } from './suite.ts';

/** Bytes of this process, the engine's too, without what a collection would free: when that happens is not the stream's doing. */
function memoryHeld(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage.rss();
}

export function streamCases(suite: Suite): void {
  describe('streams', () => {
    it('give every row of a large result without holding it', async () => {
      const read = async (total: number) => {
        const seen = { rows: 0, sum: 0, peak: 0 };
        const sql = "SELECT number, repeat('x', 200) AS filler FROM numbers({total:UInt64})";
        const statement = { sql, params: { total }, limits };
        for await (const row of suite.clickhouse.stream<{ number: string }>(statement)) {
          seen.rows += 1;
          seen.sum += Number(row.number);
          if (seen.rows % 100_000 === 0) seen.peak = Math.max(seen.peak, memoryHeld());
        }
        return seen;
      };
      // The engine's own memory and code come with its first stream, whatever the size.
      const short = await read(400_000);
      const long = await read(4_000_000);
      expect(long).toMatchObject({ rows: 4_000_000, sum: 7_999_998_000_000 });
      // The rows between are 780 MB as text and more as objects.
      expect((long.peak - short.peak) / 1e6).toBeLessThan(250);
    });

    it('let other statements run meanwhile', async () => {
      let seen = 0;
      for await (const _ of suite.clickhouse.stream({ sql: 'SELECT number FROM numbers(100000)', limits })) {
        seen += 1;
        if (seen % 30_000 === 1) expect(await suite.query('SELECT 1 AS a')).toEqual([{ a: 1 }]);
      }
      expect(seen).toBe(100_000);
    });

    it('are released by leaving the iteration early', async () => {
      for (let i = 0; i < 30; i += 1) {
        for await (const _ of suite.clickhouse.stream({
          sql: 'SELECT number AS abandoned FROM numbers(100000000000)',
          limits,
        }))
          break;
      }
      await expect
        .poll(() =>
          suite.query(
            "SELECT count() AS n FROM system.processes WHERE query LIKE '%abandoned%' AND query NOT LIKE '%processes%'",
          ),
        )
        .toEqual([{ n: '0' }]);
    });

    it('are released when the iteration throws', async () => {
      const iterate = async () => {
        for await (const _ of suite.clickhouse.stream({
          sql: 'SELECT number FROM numbers(100000000000)',
          limits,
        }))
          throw new Error('the consumer failed');
      };
      for (let i = 0; i < 30; i += 1) await expect(iterate()).rejects.toThrow('the consumer failed');
    });

    it('run several at once', async () => {
      const sums = await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (factor) => {
          let sum = 0;
          const statement = {
            sql: 'SELECT toUInt32(number * {f:UInt8}) AS v FROM numbers(50000)',
            params: { f: factor },
            limits,
          };
          for await (const row of suite.clickhouse.stream<{ v: number }>(statement)) sum += row.v;
          return sum / factor;
        }),
      );
      expect(new Set(sums)).toEqual(new Set([1_249_975_000]));
    });

    it('fail with the code of what went wrong, at once or amid the rows', async () => {
      const all = (sql: string) => collect(suite.clickhouse.stream({ sql, limits }));
      expect(await failure(all('SELECT * FROM no_such_table'))).toMatchObject({ cause: { code: 60 } });
      const amid = 'SELECT number, throwIf(number = 3000000) AS t FROM numbers(10000000)';
      expect(await failure(all(amid))).toMatchObject({ code: 'store-failed', cause: { code: 395 } });
    });
  });
}
