import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppError } from '../../src/errors.ts';
import { type ClickHouse, openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-hanging-'));
const limits = { maxSeconds: 30, maxMemoryBytes: 2_000_000_000 };
const told: AppError[] = [];
let clickhouse: ClickHouse;

beforeAll(async () => {
  clickhouse = await openEmbeddedClickHouse({
    directory,
    hangSeconds: 0.1,
    onHang: (error) => told.push(error),
  });
  // What really hangs cannot be had at will: here a row takes seconds, which no limit of time interrupts.
  for (const [table, value] of [
    [
      'slow',
      'arraySum(arrayMap(x -> length(SHA512(SHA512(SHA512(SHA512(SHA512(toString(x + a))))))), range(4000000))) % 2',
    ],
    ['quick', '0'],
  ])
    await clickhouse.command({
      sql: `CREATE TABLE ${table} (a UInt8, b UInt8 DEFAULT ${value}) ENGINE = MergeTree ORDER BY a`,
      limits,
    });
});
afterAll(async () => {
  await clickhouse.close();
  rmSync(directory, { recursive: true, force: true });
});

const insert = (table: string) =>
  clickhouse.insert({
    table,
    columns: ['a'],
    values: Buffer.from('[1]\n'),
    token: 'once',
    limits: { ...limits, maxSeconds: 1 },
  });

it('tells once of an insert that goes on long after its limit, and of no other', async () => {
  await insert('quick');
  const slow = insert('slow').catch((error: unknown) => error);
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
  expect(told[0]?.message).toContain('An insert into slow goes on');
  expect(told[0]?.message).toContain('start the process again');
  await slow;
  await insert('quick');
  expect(told).toHaveLength(1);
});
