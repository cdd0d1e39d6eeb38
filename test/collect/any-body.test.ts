import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from '../../src/collect/collector.ts';
import { AppError } from '../../src/errors.ts';
import { Ingest } from '../../src/ingest/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { openClickHouse, openPostgres, removeDirectory, temporaryDirectory } from '../ingest/open-stores.ts';
import { type BodyPlan, bodyPlan, type GoodItem, type Item, itemsOf, requestOf } from './bodies.ts';

const LIMITS = { maxSeconds: 20, maxMemoryBytes: 1_000_000_000 };
const COMMON = `id, environment, unit_type, unit_id, unit_types, toString(toUnixTimestamp64Milli(ts)) AS ts,
  if(isNull(sent_at), NULL, toString(toUnixTimestamp64Milli(assumeNotNull(sent_at)))) AS sent_at, attributes`;
const SELECT = {
  raw_impressions: `SELECT ${COMMON}, flag, variant, reason, flag_version FROM raw_impressions`,
  raw_conversions: `SELECT ${COMMON}, name, value FROM raw_conversions`,
};
const CLIENT_ERRORS = ['bad-request', 'unsupported-media', 'too-large'];

type Row = Record<string, unknown>;
type Tables = Readonly<Record<keyof typeof SELECT, readonly Row[]>>;
const inOrder = (rows: readonly Row[]) =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

/** Items whose fate is certain: all of an undamaged body, and of a cut NDJSON the lines before the cut. */
function certain({ format, damage }: BodyPlan, items: readonly Item[]): readonly Item[] | null {
  if (damage.kind === 'none') return items;
  if (damage.kind !== 'cut' || format === 'json') return null;
  const bytes = Math.floor(Buffer.byteLength(items.map((item) => item.text).join('\n')) * damage.at);
  let end = -1;
  return items.filter((item) => {
    end += Buffer.byteLength(item.text) + 1;
    return end <= bytes;
  });
}

describe('any body at all', () => {
  const directory = temporaryDirectory();
  let clickhouse: ClickHouse;
  let postgres: Postgres;
  let ingest: Ingest;
  let collector: Collector;
  beforeAll(async () => {
    [clickhouse, postgres] = await Promise.all([openClickHouse(directory), openPostgres(directory)]);
    const registry = new Registry();
    const logger = pino({ level: 'silent' });
    ingest = await Ingest.open({ clickhouse, postgres, logger, registry, source: 'direct:test', sole: true });
    collector = new Collector({
      write: (rows) => ingest.write(rows),
      registry,
      limits: { lingerMs: 0, mostLingerMs: 0 },
    });
  });
  afterAll(async () => {
    await collector.close();
    await ingest.close();
    await Promise.all([clickhouse.close(), postgres.close()]);
    removeDirectory(directory);
  });

  const stored = async (prefix: string, table: keyof typeof SELECT): Promise<Row[]> => {
    const rows = await clickhouse.query<Row>({
      sql: `${SELECT[table]} WHERE startsWith(id, {prefix:String})`,
      params: { prefix },
      limits: LIMITS,
    });
    return rows.map((row) => ({
      ...row,
      attributes: Object.entries(row['attributes'] as object).sort(),
      unit_types: (row['unit_types'] as string[]).sort(),
    }));
  };

  it('gets verdicts or a client’s error, and none of its good events is lost, doubled or changed', async () => {
    let run = 0;
    let bodies = 0;
    let accepted = 0;
    const send = async (plan: BodyPlan, prefix: string) => {
      const items = itemsOf(plan, prefix);
      const request = requestOf(plan, items);
      bodies += 1;
      const answer = await collector.collect(request).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AppError);
        expect(CLIENT_ERRORS).toContain((error as AppError).code);
        return null;
      });
      accepted += answer?.accepted ?? 0;
      if (answer !== null) expect(collector.validate(request).rejected).toEqual(answer.rejected);
      return { plan, prefix, items, answer };
    };
    const judge = ({ plan, prefix, items, answer }: Awaited<ReturnType<typeof send>>, tables: Tables) => {
      const sure = certain(plan, items);
      if (sure === null) return;
      if (plan.format === 'json' && sure.some((item) => !item.good && !item.isJson)) {
        expect(answer).toBeNull();
        return;
      }
      const rejected = answer?.rejected.map(({ index }) => index).filter((index) => index < sure.length);
      expect(rejected).toEqual(sure.flatMap((item, i) => (item.good ? [] : [i])));
      const good = sure.filter((item): item is GoodItem => item.good);
      for (const [table, rows] of Object.entries(tables)) {
        const expected = inOrder(good.filter((item) => item.table === table).flatMap((item) => item.rows));
        const found = inOrder(rows.filter((row) => String(row['id']).startsWith(`${prefix}-`)));
        if (plan.damage.kind === 'none') expect(found).toEqual(expected);
        else expect(found).toEqual(expect.arrayContaining(expected));
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(bodyPlan, { minLength: 1, maxLength: 12 }), async (plans) => {
        run += 1;
        const sent = await Promise.all(plans.map((plan, i) => send(plan, `r${run}b${i}`)));
        const [raw_impressions, raw_conversions] = await Promise.all([
          stored(`r${run}b`, 'raw_impressions'),
          stored(`r${run}b`, 'raw_conversions'),
        ]);
        for (const body of sent) judge(body, { raw_impressions, raw_conversions });
      }),
      { seed: 7, numRuns: 100 },
    );
    expect(bodies).toBeGreaterThanOrEqual(500);
    const counts = await clickhouse.query<{ n: string }>({
      sql: `SELECT count() AS n FROM (SELECT DISTINCT environment, flag AS name, id FROM raw_impressions
              UNION ALL SELECT DISTINCT environment, name, id FROM raw_conversions)`,
      limits: LIMITS,
    });
    expect(Number(counts[0]?.n)).toBe(accepted);
  }, 180_000);
});
