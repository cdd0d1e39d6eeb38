import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-closing-'));
const limits = { maxSeconds: 300, maxMemoryBytes: 500_000_000 };
const slow = { sql: 'SELECT sum(sipHash64(number)) AS s FROM numbers(100000000000)', limits };

describe('the embedded engine', () => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('cancels statements that outlast the patience of close', async () => {
    const clickhouse = await openEmbeddedClickHouse({ directory, closeSeconds: 0.2 });
    const works = [clickhouse.query(slow), clickhouse.query(slow), clickhouse.command(slow)].map((work) =>
      work.then(
        () => 'finished',
        (error: unknown) => error,
      ),
    );
    await clickhouse.query({ sql: 'SELECT 1', limits });
    await clickhouse.close();
    for (const outcome of await Promise.all(works))
      expect(outcome).toMatchObject({ code: 'unavailable', cause: { code: 394 } });
  });

  it('refuses at close what had not had its turn', async () => {
    const clickhouse = await openEmbeddedClickHouse({
      directory,
      closeSeconds: 0.2,
      concurrency: { queries: 1 },
    });
    const running = clickhouse.query(slow);
    const waiting = clickhouse.query({ sql: 'SELECT 1', limits });
    const outcomes = Promise.allSettled([running, waiting]);
    await clickhouse.close();
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'unavailable' } },
      { status: 'rejected', reason: { code: 'unavailable', message: expect.stringContaining('stopping') } },
    ]);
  });

  it('runs so many statements at once, and gives up on a turn that does not come', async () => {
    const clickhouse = await openEmbeddedClickHouse({
      directory,
      closeSeconds: 0.1,
      maxWaitSeconds: 0.3,
      concurrency: { queries: 2 },
    });
    const running = [clickhouse.query(slow), clickhouse.query(slow)].map((work) =>
      work.catch(() => undefined),
    );
    await expect(clickhouse.query({ sql: 'SELECT 1', limits })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: expect.any(Number),
      message: expect.stringContaining('busy'),
    });
    // Other kinds of statements have turns of their own.
    await clickhouse.command({
      sql: 'CREATE TABLE IF NOT EXISTS beside (a UInt8) ENGINE = MergeTree ORDER BY a',
      limits,
    });
    await clickhouse.insert({
      table: 'beside',
      columns: ['a'],
      values: Buffer.from('[1]\n'),
      token: 't',
      limits,
    });
    await clickhouse.close();
    await Promise.all(running);
  });
});
