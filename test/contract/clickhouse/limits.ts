import { describe, expect, it } from 'vitest';
import type { StatementLimits } from '../../../src/stores/clickhouse/index.ts';
import { collect, failure, type Suite, slowSum } from './suite.ts';

export function limitCases(suite: Suite): void {
  describe('limits', () => {
    const short: StatementLimits = { maxSeconds: 0.3, maxMemoryBytes: 500_000_000 };
    const small: StatementLimits = { maxSeconds: 30, maxMemoryBytes: 20_000_000 };
    const large = 'SELECT uniqExact(number) AS n FROM numbers(20000000)';

    it('of time stop a query, a stream and a command', async () => {
      const expected = { code: 'limit-exceeded', cause: { code: 159 } };
      expect(await failure(suite.clickhouse.query({ sql: slowSum, limits: short }))).toMatchObject(expected);
      expect(await failure(collect(suite.clickhouse.stream({ sql: slowSum, limits: short })))).toMatchObject(
        expected,
      );
      const name = await suite.table();
      expect(
        await failure(suite.clickhouse.command({ sql: `INSERT INTO ${name} ${slowSum}`, limits: short })),
      ).toMatchObject(expected);
      expect(await suite.count(name)).toBe(0);
    });

    it('of memory stop a query, a stream, a command and an insert', async () => {
      const expected = { code: 'limit-exceeded', cause: { code: 241 } };
      expect(await failure(suite.clickhouse.query({ sql: large, limits: small }))).toMatchObject(expected);
      expect(await failure(collect(suite.clickhouse.stream({ sql: large, limits: small })))).toMatchObject(
        expected,
      );
      const name = await suite.table();
      expect(
        await failure(suite.clickhouse.command({ sql: `INSERT INTO ${name} ${large}`, limits: small })),
      ).toMatchObject(expected);
      const values = Buffer.from('[1]\n'.repeat(3_000_000));
      expect(
        await failure(
          suite.clickhouse.insert({ table: name, columns: ['a'], values, token: 'm', limits: small }),
        ),
      ).toMatchObject(expected);
      expect(await suite.count(name)).toBe(0);
    });

    it('say in one sentence what they were', async () => {
      const error = await failure(suite.clickhouse.query({ sql: slowSum, limits: short }));
      expect(error.message).toMatch(/^ClickHouse stopped the statement at its limit of 0\.3 s; [^.]+\.$/);
    });
  });
}
