import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { RawConversion, RawImpression, RawRow } from './model-unit.ts';
import type { Unhashed } from './streams.ts';

const limits = { maxSeconds: 60, maxMemoryBytes: 1_000_000_000 };
const common = ['environment', 'unit_type', 'unit_id', 'unit_types', 'ts', 'id', 'attributes'];
const stamp = ['_received_at', '_source', '_partition', '_offset'];

/** Writes rows as the ingester does, though each block in one go. */
export async function insertRows(
  clickhouse: ClickHouse,
  rows: {
    impressions: readonly Unhashed<RawImpression>[];
    conversions: readonly Unhashed<RawConversion>[];
  },
): Promise<void> {
  await insert(
    clickhouse,
    'raw_impressions',
    [...common, 'flag', 'variant', 'reason', 'flag_version'],
    rows.impressions,
    (row) => [...[row.name, row.variant, row.reason, row.flagVersion]],
  );
  await insert(clickhouse, 'raw_conversions', [...common, 'name', 'value'], rows.conversions, (row) => [
    row.name,
    row.value,
  ]);
}

async function insert<Row extends Unhashed<RawRow>>(
  clickhouse: ClickHouse,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
  own: (row: Row) => readonly unknown[],
): Promise<void> {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
  const lines = rows.map((row, index) =>
    JSON.stringify([
      ...[row.environment, row.unitType, row.unitId, row.unitTypes, text(row.ts), row.id, row.attributes],
      ...own(row),
      ...[text(row.receivedAt), 'test', 0, index],
    ]),
  );
  await clickhouse.insert({
    ...{ table, columns: [...columns, ...stamp], token: null, limits },
    values: Buffer.from(`${lines.join('\n')}\n`),
  });
}

type Stored = Omit<RawRow, 'contentHash'> & { readonly contentHash: string };

/** What the store has, with its content hashes, by environment. */
export async function storedRows(clickhouse: ClickHouse): Promise<{
  impressions: Map<string, RawImpression[]>;
  conversions: Map<string, RawConversion[]>;
}> {
  const shared = `environment, unit_type AS unitType, unit_id AS unitId, unit_types AS unitTypes,
    toInt64(toUnixTimestamp64Milli(ts)) AS ts, id, attributes, toUnixTimestamp64Milli(_received_at) AS receivedAt,
    content_hash AS contentHash`;
  const impressions = await clickhouse.query<Stored>({
    sql: `SELECT ${shared}, flag AS name, variant, reason, flag_version AS flagVersion FROM raw_impressions`,
    limits,
  });
  const conversions = await clickhouse.query<Stored>({
    sql: `SELECT ${shared}, name, value FROM raw_conversions`,
    limits,
  });
  return { impressions: byEnvironment(impressions), conversions: byEnvironment(conversions) };
}

function byEnvironment<Row extends RawRow>(stored: readonly Stored[]): Map<string, Row[]> {
  const rows = stored.map((row) => ({
    ...row,
    ts: Number(row.ts),
    receivedAt: Number(row.receivedAt),
    contentHash: BigInt(row.contentHash),
    // Which of the two kinds a row is depends on the table that was asked.
  })) as unknown as Row[];
  return Map.groupBy(rows, (row) => row.environment);
}
