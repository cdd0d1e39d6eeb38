import { describe, expect, it } from 'vitest';
import { collect, failure, limits, type Suite } from './suite.ts';

export function connectionCases(suite: Suite): void {
  describe('a connection', () => {
    it('answers a ping', async () => {
      await expect(suite.clickhouse.ping()).resolves.toBeUndefined();
    });

    it('closes after the statements under way, once, and refuses what comes later', async () => {
      const underWay = suite.query<{ n: string }>(
        'SELECT count() AS n, sum(sipHash64(number)) AS s FROM numbers(200000000)',
      );
      await suite.query('SELECT 1');
      const closing = Promise.all([suite.clickhouse.close(), suite.clickhouse.close()]);
      expect((await underWay)[0]?.n).toBe('200000000');
      await closing;
      await suite.clickhouse.close();
      expect(await failure(suite.query('SELECT 1'))).toMatchObject({ code: 'unavailable' });
      expect(await failure(suite.clickhouse.ping())).toMatchObject({ code: 'unavailable' });
      expect(await failure(collect(suite.clickhouse.stream({ sql: 'SELECT 1', limits })))).toMatchObject({
        code: 'unavailable',
      });
    });

    it('opens again with everything still there', async () => {
      await suite.reopen();
      expect(Number((await suite.query<{ n: string }>('SELECT count() AS n FROM contract_1'))[0]?.n)).toBe(3);
    });
  });
}
