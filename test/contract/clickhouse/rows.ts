import { describe, expect, it } from 'vitest';
import { collect, limits, type Suite } from './suite.ts';

export function rowCases(suite: Suite): void {
  describe('rows', () => {
    it('carry 64-bit integers as strings, times as UTC text, and null for NaN and infinities', async () => {
      expect(
        await suite.query(
          `SELECT toUInt64(1) AS u, toInt64(-9007199254740993) AS i, toUInt32(7) AS small, 0.1 AS f, nan AS nan, inf AS inf,
                  fromUnixTimestamp64Milli(1700000000123) AS t, toDateTime(1700000000) AS s, map('a', toUInt64(2)) AS m,
                  [toUInt64(3)] AS l, timezone() AS zone`,
        ),
      ).toEqual([
        {
          u: '1',
          i: '-9007199254740993',
          small: 7,
          f: 0.1,
          nan: null,
          inf: null,
          t: '2023-11-14 22:13:20.123',
          s: '2023-11-14 22:13:20',
          m: { a: '2' },
          l: ['3'],
          zone: 'UTC',
        },
      ]);
    });

    it('are none for an empty result', async () => {
      expect(await suite.query('SELECT 1 AS a WHERE 0')).toEqual([]);
      expect(await collect(suite.clickhouse.stream({ sql: 'SELECT 1 AS a WHERE 0', limits }))).toEqual([]);
    });

    it('survive line breaks and unicode in their values', async () => {
      const text = 'line\nbreak\r\n__exception__ 🚀 \u2028 "quoted"';
      const statement = { sql: 'SELECT {v:String} AS v FROM numbers(3)', params: { v: text }, limits };
      const expected = [{ v: text }, { v: text }, { v: text }];
      expect(await suite.clickhouse.query(statement)).toEqual(expected);
      expect(await collect(suite.clickhouse.stream(statement))).toEqual(expected);
    });

    it('end with a comment or header in the SQL as well as without', async () => {
      expect(await suite.query('-- a question\nSELECT 1 AS a -- the end')).toEqual([{ a: 1 }]);
    });
  });
}
