import { describe, expect, it } from 'vitest';
import { failure, limits, type Suite } from './suite.ts';

export function insertCases(suite: Suite): void {
  describe('inserts', () => {
    it('keep nothing of a block with one malformed row', async () => {
      const name = await suite.table();
      const good = Array.from({ length: 200_000 }, (_, i) => `[${i}]\n`).join('');
      const error = await failure(suite.insert(name, `${good}["no number"]\n`, 'bad'));
      expect(error).toMatchObject({ code: 'store-failed', cause: { code: expect.any(Number) } });
      expect(await suite.count(name)).toBe(0);
      await suite.insert(name, good, 'bad');
      expect(await suite.count(name)).toBe(200_000);
    });

    it('write a large block as one part, so that its token covers all of it', async () => {
      const name = await suite.table();
      const rows = Array.from({ length: 1_200_000 }, (_, i) => `[${i}]\n`).join('');
      await suite.insert(name, rows, 'large');
      await suite.insert(name, rows, 'large');
      expect(await suite.count(name)).toBe(1_200_000);
      expect(
        await suite.query(
          `SELECT max(level) AS level, count() AS parts FROM system.parts WHERE table = '${name}'`,
        ),
      ).toEqual([{ level: 0, parts: '1' }]);
    });

    it('take strings, numbers, maps, nulls and times in column order', async () => {
      const name = await suite.table(
        "s String, t DateTime64(3, 'UTC'), v Nullable(Float64), m Map(String, String)",
      );
      await suite.clickhouse.insert({
        table: name,
        columns: ['v', 's', 't', 'm'],
        values: Buffer.from(
          `${JSON.stringify([0.1, "it's\n\\ 🚀", 1_700_000_000_123, { a: "'" }])}\n${JSON.stringify([null, '', '2024-01-01 00:00:00.5', {}])}\n`,
        ),
        token: null,
        limits,
      });
      expect(await suite.query(`SELECT v, s, t, m FROM ${name} ORDER BY t`)).toEqual([
        { v: 0.1, s: "it's\n\\ 🚀", t: '2023-11-14 22:13:20.123', m: { a: "'" } },
        { v: null, s: '', t: '2024-01-01 00:00:00.500', m: {} },
      ]);
    });

    it('of no rows do nothing, and of unspeakable names are refused', async () => {
      const name = await suite.table();
      await suite.insert(name, '', 'empty');
      expect(await suite.count(name)).toBe(0);
      expect(await failure(suite.insert(`${name} (a) SELECT 1 --`, '[1]\n', null))).toMatchObject({
        code: 'bad-request',
      });
      expect(await failure(suite.insert('no_such_table', '[1]\n', null))).toMatchObject({
        cause: { code: 60 },
      });
    });
  });
}
