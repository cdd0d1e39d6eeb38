import { describe, expect, it } from 'vitest';
import type { ParameterValue, Statement } from '../../../src/stores/clickhouse/index.ts';
import { collect, failure, limits, type Suite } from './suite.ts';

export function parameterCases(suite: Suite): void {
  describe('parameters', () => {
    const echo = async (type: string, value: ParameterValue): Promise<unknown> => {
      const [row] = await suite.query<{ v: unknown }>(`SELECT {v:${type}} AS v`, { params: { v: value } });
      return row?.v;
    };

    it('are never mixed up among 500 concurrent queries', async () => {
      const answers = await Promise.all(
        Array.from({ length: 500 }, (_, i) =>
          suite.query('SELECT {a:String} AS a, {b:UInt32} AS b, sleepEachRow(0.0005) AS s', {
            params: { a: `value ${i}`, b: i },
          }),
        ),
      );
      expect(answers).toEqual(Array.from({ length: 500 }, (_, i) => [{ a: `value ${i}`, b: i, s: 0 }]));
    });

    it('do not outlive their statement', async () => {
      expect(await echo('String', 'first')).toBe('first');
      for (let i = 0; i < 3; i += 1) {
        const error = await failure(suite.query('SELECT {v:String} AS v'));
        expect(error).toMatchObject({ code: 'store-failed', cause: { code: 456 } });
      }
    });

    it.each<[string, ParameterValue, unknown]>([
      ['String', '', ''],
      [
        'String',
        'O\'Reilly \\ "quoted" `tick` {v:String} -- ; /* */',
        'O\'Reilly \\ "quoted" `tick` {v:String} -- ; /* */',
      ],
      ['String', "'; DROP TABLE contract_1; --", "'; DROP TABLE contract_1; --"],
      ['String', "\\'; DROP TABLE contract_1; --", "\\'; DROP TABLE contract_1; --"],
      ['String', 'tab\tline\nreturn\rbackslash-n \\n \\N \\t', 'tab\tline\nreturn\rbackslash-n \\n \\N \\t'],
      ['String', '日本語 🚀 Ünïcödé \u0001 e\u0301', '日本語 🚀 Ünïcödé \u0001 e\u0301'],
      ['String', 'x'.repeat(10_000), 'x'.repeat(10_000)],
      ['Nullable(String)', null, null],
      ['Nullable(String)', 'NULL', 'NULL'],
      ['Nullable(UInt8)', null, null],
      ['UInt64', 18_446_744_073_709_551_615n, '18446744073709551615'],
      ['UInt64', '18446744073709551615', '18446744073709551615'],
      ['Int64', -9_007_199_254_740_993n, '-9007199254740993'],
      ['Int32', -5, -5],
      ['Float64', 0.1, 0.1],
      ['Float64', 1.7976931348623157e308, 1.7976931348623157e308],
      ['Float64', 5e-324, 5e-324],
      ['Float64', Number.NaN, null],
      ['Bool', true, true],
      ['Bool', false, false],
      ['Array(String)', ["it's", 'b\\c', 'tab\t', ''], ["it's", 'b\\c', 'tab\t', '']],
      ['Array(String)', [], []],
      ['Array(UInt32)', [1, 2, 3], [1, 2, 3]],
      ['Array(Nullable(Int8))', [1, null], [1, null]],
      ['Array(Array(String))', [['a'], [], ["'"]], [['a'], [], ["'"]]],
      ['Array(Float64)', [0.5, -1e-7], [0.5, -1e-7]],
      ['Array(Bool)', [true, false], [true, false]],
      ['Map(String, String)', { "it's": 'a\\b', 'plan "pro"': '' }, { "it's": 'a\\b', 'plan "pro"': '' }],
      ['Map(String, UInt8)', {}, {}],
      ['Map(String, Array(String))', { a: ['x', "'"] }, { a: ['x', "'"] }],
      ['DateTime64(3)', new Date(1_700_000_000_123), '2023-11-14 22:13:20.123'],
      ["DateTime64(3, 'UTC')", new Date('2024-02-29T00:00:00Z'), '2024-02-29 00:00:00.000'],
      ["DateTime64(3, 'Asia/Tokyo')", '2024-01-01 00:00:00.5', '2024-01-01 00:00:00.500'],
      ['DateTime64(3)', new Date('1970-01-01T00:00:00.001Z'), '1970-01-01 00:00:00.001'],
      ['DateTime', new Date('2024-01-01T10:00:00Z'), '2024-01-01 10:00:00'],
      ['Array(DateTime64(3))', [new Date(1_700_000_000_123)], ['2023-11-14 22:13:20.123']],
      ['Map(String, DateTime64(3))', { a: new Date(1) }, { a: '1970-01-01 00:00:00.001' }],
      ['Date', '2024-02-29', '2024-02-29'],
      ['UUID', '0199a3c2-7b4e-7c3a-9d21-000000000001', '0199a3c2-7b4e-7c3a-9d21-000000000001'],
    ])('of type %s bind exactly (case %#)', async (type, value, expected) => {
      expect(await echo(type, value)).toEqual(expected);
    });

    it('bind identifiers, lists for IN, LIMIT and streams and commands', async () => {
      const name = await suite.table();
      await suite.clickhouse.command({
        sql: 'INSERT INTO {t:Identifier} SELECT number FROM numbers({n:UInt64})',
        params: { t: name, n: 100 },
        limits,
      });
      const statement: Statement = {
        sql: 'SELECT a FROM {t:Identifier} WHERE a IN {list:Array(UInt64)} ORDER BY a LIMIT {n:UInt32}',
        params: { t: name, list: [5, 7, 9, 1000], n: 2 },
        limits,
      };
      expect(await suite.clickhouse.query(statement)).toEqual([{ a: '5' }, { a: '7' }]);
      expect(await collect(suite.clickhouse.stream(statement))).toEqual([{ a: '5' }, { a: '7' }]);
    });

    it('refuse what their type cannot hold', async () => {
      for (const [type, value] of [
        ['UInt8', 'abc'],
        ['UInt8', '1); DROP TABLE contract_1'],
        ['DateTime', new Date(1_700_000_000_123)],
        ['UInt8', null],
      ] as const) {
        expect(await failure(echo(type, value))).toMatchObject({ code: 'store-failed' });
      }
      expect(await failure(suite.query('SELECT 1', { params: { "a = '', x": 1 } }))).toMatchObject({
        code: 'bad-request',
      });
    });
  });
}
