import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { Statement } from '../../../src/stores/clickhouse/index.ts';
import { failure, limits, type Suite, slowSum } from './suite.ts';

export function settingsCases(suite: Suite): void {
  describe('settings', () => {
    it('reach their own statement and never the next one', async () => {
      const threads = (settings: Statement['settings']) =>
        suite.query<{ v: string }>(
          "SELECT toString(getSetting('max_threads')) AS v",
          settings ? { settings } : {},
        );
      const [before] = await threads(undefined);
      expect(before?.v).not.toBe('7');
      expect(await threads({ max_threads: 7 })).toEqual([{ v: '7' }]);
      expect(await threads(undefined)).toEqual([before]);
      await suite.clickhouse.command({ sql: 'SELECT 1', settings: { max_threads: 7 }, limits });
      expect(await threads(undefined)).toEqual([before]);
      for await (const _ of suite.clickhouse.stream({
        sql: 'SELECT 1',
        settings: { max_threads: 7 },
        limits,
      })) {
        expect(await threads(undefined)).toEqual([before]);
      }
      await expect(suite.query('SELECT no_such_column', { settings: { max_threads: 7 } })).rejects.toThrow(
        AppError,
      );
      expect(await threads(undefined)).toEqual([before]);
    });

    it('reach their own statement and none that runs beside it', async () => {
      const values = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const settings = i % 2 === 0 ? { max_threads: 3 + (i % 5) } : {};
          const rows = await suite.query<{ v: string }>("SELECT toString(getSetting('max_threads')) AS v", {
            settings,
          });
          return { expected: i % 2 === 0 ? String(3 + (i % 5)) : null, actual: rows[0]?.v };
        }),
      );
      const plain = new Set(values.filter((v) => v.expected === null).map((v) => v.actual));
      expect(plain.size).toBe(1);
      for (const { expected, actual } of values) if (expected !== null) expect(actual).toBe(expected);
    });

    it('of an insert with a token do not swallow the inserts after it', async () => {
      const name = await suite.table();
      await suite.insert(name, '[1]\n', 'token-1');
      await suite.insert(name, '[2]\n', null);
      await suite.insert(name, '[3]\n', null);
      expect(await suite.count(name)).toBe(3);
    });

    it('are limits of the statement that brought them', async () => {
      await suite.query('SELECT 1', { limits: { maxSeconds: 3, maxMemoryBytes: 300_000_000 } });
      const rows = await suite.query(
        "SELECT toString(getSetting('max_execution_time')) AS s, toString(getSetting('max_memory_usage')) AS m",
        { limits: { maxSeconds: 12, maxMemoryBytes: 1_200_000_000 } },
      );
      expect(rows).toEqual([{ s: '12', m: '1200000000' }]);
    });

    it('cannot lift the limits', async () => {
      const settings = { max_execution_time: 0, max_memory_usage: 0 };
      const short = { maxSeconds: 0.2, maxMemoryBytes: 100_000_000 };
      expect(await failure(suite.query(slowSum, { settings, limits: short }))).toMatchObject({
        code: 'limit-exceeded',
      });
    });

    it('must have a name that is one', async () => {
      const settings = { 'max_threads = 1, readonly': 1 };
      expect(await failure(suite.query('SELECT 1', { settings }))).toMatchObject({ code: 'bad-request' });
    });
  });
}
