import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/stores/clickhouse/index.ts';
import { failure, limits, type Suite } from './suite.ts';

export function errorCases(suite: Suite): void {
  describe('errors', () => {
    it.each([
      [60, 'SELECT * FROM no_such_table'],
      [62, 'SELECT FROM WHERE'],
      [47, 'SELECT no_such_column AS a FROM numbers(1)'],
      [395, 'SELECT throwIf(1)'],
    ])('carry the code %i of %s', async (code, sql) => {
      const error = await failure(suite.query(sql));
      expect(error).toMatchObject({ code: 'store-failed', cause: { code } });
      expect(error.cause).toBeInstanceOf(EngineError);
      expect(error.message).toMatch(/^[^\n]+\.$/);
    });

    it('of commands do too, and the statement after them runs', async () => {
      const name = await suite.table();
      const again = suite.clickhouse.command({
        sql: `CREATE TABLE ${name} (a UInt8) ENGINE = Memory`,
        limits,
      });
      expect(await failure(again)).toMatchObject({ code: 'store-failed', cause: { code: 57 } });
      await suite.clickhouse.command({ sql: `DROP TABLE ${name}`, limits });
    });
  });
}
