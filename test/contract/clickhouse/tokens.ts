import { describe, expect, it } from 'vitest';
import { type ClickHouse, repeatInsert } from '../../../src/stores/clickhouse/index.ts';
import { limits, type Suite } from './suite.ts';

export function tokenCases(suite: Suite): void {
  describe('deduplication tokens', () => {
    it('write the same token once and other tokens all', async () => {
      const name = await suite.table();
      for (const token of ['a', 'b', 'a', 'c', 'b', 'a']) await suite.insert(name, '[1]\n', token);
      expect(await suite.count(name)).toBe(3);
    });

    it('decide, not the rows: equal rows without a token are all kept', async () => {
      const name = await suite.table();
      for (let i = 0; i < 3; i += 1) await suite.insert(name, '[1]\n', null);
      expect(await suite.count(name)).toBe(3);
      const copy = { sql: `INSERT INTO ${name} SELECT number FROM numbers(3) ORDER BY ALL`, limits };
      for (let i = 0; i < 3; i += 1) await suite.clickhouse.command(copy);
      expect(await suite.count(name)).toBe(12);
      const once = { ...copy, settings: { insert_deduplication_token: 'copy' } };
      for (let i = 0; i < 3; i += 1) await suite.clickhouse.command(once);
      expect(await suite.count(name)).toBe(15);
    });

    it('hold among concurrent inserts', async () => {
      const name = await suite.table();
      const tokens = Array.from({ length: 120 }, (_, i) => i % 40);
      await Promise.all(tokens.map((token) => suite.insert(name, `[${token}]\n`, `it's "${token}"`)));
      expect(await suite.query(`SELECT count() AS n, uniqExact(a) AS u FROM ${name}`)).toEqual([
        { n: '40', u: '40' },
      ]);
    });

    it('survive kill -9 of the engine, and what was acknowledged does too', async () => {
      const killable = await suite.openKillable();
      try {
        await killable.clickhouse.command({
          sql: `CREATE TABLE survivors (batch UInt32, a UInt64) ENGINE = MergeTree ORDER BY a
                SETTINGS non_replicated_deduplication_window = 1000`,
          limits,
        });
        const rowsOf = (batch: number) =>
          Buffer.from(Array.from({ length: 5000 }, (_, i) => `[${batch},${i}]\n`).join(''));
        const blockOf = (batch: number) => ({
          table: 'survivors',
          columns: ['batch', 'a'],
          values: rowsOf(batch),
          token: `batch-${batch}`,
          limits,
        });
        const write = (target: ClickHouse, batch: number) => target.insert(blockOf(batch));
        const repeat = (target: ClickHouse, batch: number) =>
          repeatInsert(target, blockOf(batch), {
            count: {
              sql: 'SELECT count() AS n FROM survivors WHERE batch = {batch:UInt32}',
              params: { batch },
              limits,
            },
            rows: 5000,
            settle: () => Promise.resolve(),
          });
        const batches = Array.from({ length: 40 }, (_, i) => i);
        let acknowledged = 0;
        const killed = Promise.withResolvers<void>();
        const outcomes = await Promise.all(
          batches.map(async (batch) => {
            try {
              await write(killable.clickhouse, batch);
              acknowledged += 1;
              if (acknowledged === 10) killable.kill().then(killed.resolve, killed.reject);
              return true;
            } catch (error) {
              expect(error).toMatchObject({ code: 'unavailable' });
              return false;
            }
          }),
        );
        await killed.promise;
        expect(outcomes).toContain(true);
        expect(outcomes).toContain(false);
        const revived = await killable.revive();
        const counts = () =>
          revived.query<{ batch: number; n: string }>({
            sql: 'SELECT batch, count() AS n FROM survivors GROUP BY batch ORDER BY batch',
            limits,
          });
        const kept = new Map((await counts()).map((row) => [row.batch, row.n]));
        for (const [batch, acknowledgedHere] of outcomes.entries()) {
          if (acknowledgedHere) expect(kept.get(batch)).toBe('5000');
        }
        for (const batch of batches) await repeat(revived, batch);
        expect(await counts()).toEqual(batches.map((batch) => ({ batch, n: '5000' })));
      } finally {
        await killable.stop();
      }
    });
  });
}
