import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ClickHouse,
  openEmbeddedClickHouse,
  openServerClickHouse,
  repeatInsert,
} from '../../src/stores/clickhouse/index.ts';
import { startClickHouseServer } from '../support/clickhouse-server/index.ts';

const limits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-lost-tokens-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const create = (clickhouse: ClickHouse) =>
  clickhouse.command({
    sql: `CREATE TABLE facts (week UInt8, a UInt64) ENGINE = MergeTree PARTITION BY week ORDER BY a
          SETTINGS non_replicated_deduplication_window = 1000`,
    limits,
  });

const blockOf = (token: string) => {
  const a = token.charCodeAt(0);
  const values = Buffer.from(`[1,${a}]\n[1,${a}]\n`);
  return { table: 'facts', columns: ['week', 'a'], values, token, limits };
};

const evidenceOf = (token: string) => ({
  count: { sql: `SELECT count() AS n FROM facts WHERE a = ${token.charCodeAt(0)}`, limits },
  rows: 2,
  settle: () => Promise.resolve(),
});

const rows = (clickhouse: ClickHouse) =>
  clickhouse.query<{ a: string; n: string }>({
    sql: 'SELECT char(a) AS a, count() AS n FROM facts GROUP BY a ORDER BY a',
    limits,
  });

/** What kill -9 leaves between the writing down of a token and the naming of its part: the token without the part. */
function loseParts(pattern: RegExp): number {
  const store = join(directory, 'store');
  const tables = readdirSync(store).flatMap((prefix) =>
    readdirSync(join(store, prefix)).map((table) => join(store, prefix, table)),
  );
  const parts = tables
    .filter((table) => existsSync(join(table, 'deduplication_logs')))
    .flatMap((table) => readdirSync(table).map((name) => join(table, name)))
    .filter((path) => pattern.test(path));
  for (const part of parts) rmSync(part, { recursive: true });
  return parts.length;
}

it('are forgotten when the embedded engine opens, and no others', async () => {
  let clickhouse = await openEmbeddedClickHouse({ directory });
  await create(clickhouse);
  for (const token of ['a', 'b', 'c']) await clickhouse.insert(blockOf(token));
  // The tokens of a and b now belong to parts that were merged into another.
  await clickhouse.command({ sql: 'OPTIMIZE TABLE facts FINAL', limits });
  for (const token of ['d', 'e']) await clickhouse.insert(blockOf(token));
  await clickhouse.close();
  expect(loseParts(/\/1_([123])_\1_0$/)).toBe(3);
  expect(loseParts(/\/1_5_5_0$/)).toBe(1);
  clickhouse = await openEmbeddedClickHouse({ directory });
  for (const token of ['a', 'b', 'c', 'd', 'e']) await clickhouse.insert(blockOf(token));
  expect(await rows(clickhouse)).toEqual(['a', 'b', 'c', 'd', 'e'].map((a) => ({ a, n: '2' })));
  await clickhouse.close();
});

it('of a server do not keep a repeated block out', async () => {
  const server = await startClickHouseServer({ directory });
  try {
    const clickhouse = openServerClickHouse({ url: server.url });
    await create(clickhouse);
    for (const token of ['a', 'b']) await clickhouse.insert(blockOf(token));
    await server.kill();
    expect(loseParts(/\/1_2_2_0$/)).toBe(1);
    await server.restart();
    await clickhouse.insert(blockOf('b'));
    // The engine says that it is done, and it is not: this is why a repeat is counted.
    expect(await rows(clickhouse)).toEqual([{ a: 'a', n: '2' }]);
    for (const token of ['a', 'b', 'b', 'c'])
      await repeatInsert(clickhouse, blockOf(token), evidenceOf(token));
    expect(await rows(clickhouse)).toEqual(['a', 'b', 'c'].map((a) => ({ a, n: '2' })));
    // Once more, now with the further token lost too.
    await server.kill();
    expect(loseParts(/\/1_(?!1_1_)\d+_\d+_0$/)).toBe(2);
    await server.restart();
    for (const token of ['b', 'b', 'c', 'c']) {
      await repeatInsert(clickhouse, blockOf(token), evidenceOf(token));
    }
    expect(await rows(clickhouse)).toEqual(['a', 'b', 'c'].map((a) => ({ a, n: '2' })));
    await clickhouse.close();
  } finally {
    await server.stop();
  }
});

it('and an engine that drops every row are told apart: the repeat ends with an error', async () => {
  const clickhouse = await openEmbeddedClickHouse({ directory });
  await clickhouse.command({ sql: 'CREATE TABLE facts (week UInt8, a UInt64) ENGINE = Null', limits });
  await expect(repeatInsert(clickhouse, blockOf('a'), evidenceOf('a'))).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringContaining('facts'),
  });
  await clickhouse.close();
});
