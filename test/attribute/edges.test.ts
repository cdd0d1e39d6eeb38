import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeMoments } from '../../analysis/index.ts';
import { type Attribution, Recomputation } from '../../src/attribute/index.ts';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse, Statement } from '../../src/stores/clickhouse/index.ts';
import { experiment, HOUR, impression, order, START, spend } from './experiments.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

const logger = pino({ level: 'silent' });
const dayAfter = new Date(START + 48 * HOUR);
const units = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

let stores: Stores;
let recomputation: Recomputation;
beforeAll(async () => {
  stores = await openStores();
  recomputation = new Recomputation({ ...stores, logger });
});
afterAll(async () => {
  await stores.close();
});

describe('recomputation at the edges', () => {
  it('invents nothing where there is nothing', async () => {
    const attribution = await recomputation.run(experiment('empty', [spend()]), { dataThrough: dayAfter });
    expect(attribution.units).toEqual([]);
    expect(attribution.moments).toEqual([]);
    expect(attribution.failed).toEqual([]);
    expect(attribution.parameters).toEqual([
      { metric: 'spend', metricVersion: 1, version: 0, centre: [0], caps: {} },
    ]);
  });

  it('keeps the digits of a small spread far from 0, around a centre that does not move', async () => {
    const environment = 'far';
    const everybody = units(1200);
    await insertRows(stores.clickhouse, {
      impressions: everybody.map((unit) => impression(environment, unit)),
      conversions: everybody.map((unit) => order(environment, unit, 1e9 + (Number(unit) % 3))),
    });
    const plan = experiment(environment, [spend()]);
    const first = await recomputation.run(plan, { dataThrough: dayAfter });
    const again = await recomputation.run(plan, { dataThrough: dayAfter });
    expect(again.parameters).toEqual(first.parameters);
    expect(first.parameters[0]?.version).toBe(1);
    const { n, sums, products } = pooled(first);
    expect(n).toBe(1200);
    // Of 0, 1 and 2 in equal parts.
    expect(((products[0] ?? 0) - (sums[0] ?? 0) ** 2 / n) / n).toBeCloseTo(2 / 3, 9);
  });

  it('takes a centre anew while it comes from few units, as a version of its own', async () => {
    const environment = 'few';
    const plan = experiment(environment, [spend()]);
    await insertRows(stores.clickhouse, {
      impressions: [impression(environment, '0')],
      conversions: [order(environment, '0', 5)],
    });
    const first = await recomputation.run(plan, { dataThrough: dayAfter });
    expect(first.parameters[0]).toMatchObject({ version: 1, centre: [5] });
    await insertRows(stores.clickhouse, {
      impressions: units(3, 1).map((unit) => impression(environment, unit)),
      conversions: units(3, 1).map((unit) => order(environment, unit, 9)),
    });
    const second = await recomputation.run(plan, { dataThrough: dayAfter });
    expect(second.parameters[0]).toMatchObject({ version: 1, centre: [5] });
    const third = await recomputation.run(plan, { dataThrough: dayAfter });
    expect(third.parameters[0]).toMatchObject({ version: 2, centre: [8] });
    expect(mean(third)).toBeCloseTo(mean(second), 12);
    const versions = await stores.postgres.query(
      'SELECT version, centre FROM metric_parameters WHERE experiment = $1 ORDER BY version',
      [environment],
    );
    expect(versions).toEqual([
      { version: 1, centre: [5] },
      { version: 2, centre: [8] },
    ]);
  });

  it('takes a pre-period without a value for 0, also where the cap is below 0', async () => {
    const environment = 'below';
    const cap = { kind: 'percentile', percentile: 0.5, includeZeros: true } as const;
    const source = { event: 'order', filters: [], aggregation: 'min' as const };
    const plan = experiment(environment, [spend({ cap, source, prePeriodHours: 24 })]);
    await insertRows(stores.clickhouse, {
      impressions: units(2).map((unit) => impression(environment, unit)),
      conversions: [
        order(environment, '0', -3),
        order(environment, '1', -3),
        order(environment, '1', 5, { id: 'before', ts: START - HOUR }),
      ],
    });
    const { moments, parameters } = await recomputation.run(plan, { dataThrough: dayAfter });
    expect(parameters[0]?.caps).toEqual({ 1: -3 });
    const covariates = moments.map((row) => [
      row.variant,
      (row.moments.centre[1] ?? 0) + (row.moments.sums[1] ?? 0),
    ]);
    // Unit 0 has none; that of unit 1 is capped.
    expect(new Map(covariates as [string, number][])).toEqual(
      new Map([
        ['control', 0],
        ['treatment', -3],
      ]),
    );
  });

  it.each([
    ['identity', [-2, -5, -2, -2], {}],
    // log1p takes no total of -1 or below.
    ['log1p', [], { spend: 4 }],
  ] as const)(
    'caps units without conversions too, where the cap is below 0 (%s)',
    async (transform, capped, outside) => {
      const environment = `below-0-${transform}`;
      const cap = { kind: 'percentile', percentile: 0.5, includeZeros: true } as const;
      await insertRows(stores.clickhouse, {
        impressions: units(4).map((unit) => impression(environment, unit)),
        conversions: [
          ...[order(environment, '0', -2), order(environment, '1', -5), order(environment, '2', -2)],
          // Somebody else's event, so that the last unit has a row and yet no conversion.
          order(environment, '3', 9, { name: 'another' }),
        ],
      });
      const plan = experiment(environment, [spend({ cap, transform })]);
      const attribution = await recomputation.run(plan, { dataThrough: dayAfter });
      expect(attribution.parameters[0]?.caps).toEqual({ 1: -2 });
      expect(attribution.exclusions.outsideTransform).toEqual(outside);
      expect(attribution.moments.reduce((n, { moments }) => n + moments.n, 0)).toBe(capped.length);
      if (capped.length > 0)
        expect(mean(attribution)).toBeCloseTo(
          capped.reduce((sum, value) => sum + value, 0) / capped.length,
          12,
        );
    },
  );

  it('freezes a percentile cap once 1 000 units have a total in a closed window', async () => {
    const environment = 'cap';
    const cap = { kind: 'percentile', percentile: 0.9, includeZeros: false } as const;
    const plan = experiment(environment, [spend({ cap })]);
    const more = (count: number, from: number, value: (unit: number) => number) =>
      insertRows(stores.clickhouse, {
        impressions: units(count, from).map((unit) => impression(environment, unit)),
        conversions: units(count, from).map((unit) => order(environment, unit, value(Number(unit)))),
      });
    const capAt = async (dataThrough = dayAfter) => {
      const { parameters, failed } = await recomputation.run(plan, { dataThrough });
      return { version: parameters[0]?.version, cap: parameters[0]?.caps[1], failed: failed.length };
    };
    await more(501, 0, (unit) => unit);
    // No window has closed: there is no cap, so there are no moments.
    expect(await capAt(new Date(START + 24 * HOUR - 1))).toEqual({ version: 0, cap: undefined, failed: 1 });
    // 500 totals above 0, from 1 to 500: position 499 · 0.9 = 449.1 from 1.
    expect(await capAt(new Date(START + 24 * HOUR))).toEqual({
      version: 1,
      cap: expect.closeTo(450.1, 9),
      failed: 0,
    });
    await more(1000, 501, (unit) => unit);
    const frozen = { version: 2, cap: expect.closeTo(1 + 1499 * 0.9, 9), failed: 0 };
    expect(await capAt()).toEqual(frozen);
    await more(1000, 1501, () => 1e6);
    expect((await capAt()).cap).toEqual(frozen.cap);
  });

  it('freezes a percentile cap of few units at the end of the experiment', async () => {
    const environment = 'cap-ended';
    const cap = { kind: 'percentile', percentile: 0.5, includeZeros: true } as const;
    const plan = experiment(environment, [spend({ cap })], { end: new Date(START + 30 * HOUR) });
    const capThrough = async (dataThrough: Date) =>
      (await recomputation.run(plan, { dataThrough })).parameters[0]?.caps[1];
    const more = (from: number, values: readonly number[]) =>
      insertRows(stores.clickhouse, {
        impressions: values.map((_, index) => impression(environment, String(from + index))),
        conversions: values.map((value, index) => order(environment, String(from + index), value)),
      });
    await more(0, [0, 10, 4]);
    expect(await capThrough(new Date(START + 29 * HOUR))).toBe(4);
    await more(3, [20, 30]);
    expect(await capThrough(new Date(START + 30 * HOUR))).toBe(10);
    await more(5, [40, 50]);
    expect(await capThrough(new Date(START + 31 * HOUR))).toBe(10);
  });

  it('takes the parameters of a segment from the whole experiment', async () => {
    const environment = 'segment';
    const cap = { kind: 'percentile', percentile: 0.5, includeZeros: false } as const;
    const attributes = { country: 'DE' };
    await insertRows(stores.clickhouse, {
      impressions: units(5).map((unit) => impression(environment, unit, unit === '0' ? { attributes } : {})),
      conversions: units(5).map((unit) => order(environment, unit, 1 + Number(unit))),
    });
    const { units: rows, parameters } = await recomputation.run(experiment(environment, [spend({ cap })]), {
      dataThrough: dayAfter,
      segment: [{ attribute: 'country', op: 'eq', value: 'DE' }],
    });
    expect(rows.map((row) => row.units)).toEqual([1]);
    // Totals 1 to 5, capped at 3: the mean of 1, 2, 3, 3, 3.
    expect(parameters[0]).toMatchObject({ version: 1, centre: [2.4], caps: { 1: 3 } });
  });

  it('marks a metric whose numbers cannot be summed, and computes the others', async () => {
    const environment = 'overflow';
    const count = spend({ key: 'orders', source: { event: 'order', filters: [], aggregation: 'count' } });
    await insertRows(stores.clickhouse, {
      impressions: units(4).map((unit) => impression(environment, unit)),
      conversions: units(4).map((unit) => order(environment, unit, 1.5e308)),
    });
    const { moments, failed } = await recomputation.run(experiment(environment, [spend(), count]), {
      dataThrough: dayAfter,
    });
    expect(failed).toEqual([{ metric: 'spend', reason: expect.stringContaining('exceed') }]);
    expect(new Set(moments.map((row) => row.metric))).toEqual(new Set(['orders']));
  });

  it('marks a metric whose totals exceed a number instead of capping them at nothing', async () => {
    const environment = 'overflowing-cap';
    const cap = { kind: 'percentile', percentile: 0.9, includeZeros: false } as const;
    const count = spend({ key: 'orders', source: { event: 'order', filters: [], aggregation: 'count' } });
    await insertRows(stores.clickhouse, {
      impressions: units(4).map((unit) => impression(environment, unit)),
      conversions: [...units(4), ...units(4)].map((unit, index) =>
        order(environment, unit, 1.5e308, { id: `c${index}` }),
      ),
    });
    const { moments, failed } = await recomputation.run(experiment(environment, [spend({ cap }), count]), {
      dataThrough: new Date(START + 2400 * HOUR),
    });
    expect(failed).toEqual([{ metric: 'spend', reason: expect.stringContaining('exceed') }]);
    expect(new Set(moments.map((row) => row.metric))).toEqual(new Set(['orders']));
  });

  it('computes the metrics that a limit does not stop, but does not blame metrics for a lost store', async () => {
    const environment = 'limits';
    await insertRows(stores.clickhouse, {
      impressions: units(4).map((unit) => impression(environment, unit)),
      conversions: units(4).map((unit) => order(environment, unit, 1)),
    });
    const heavy = spend({ key: 'heavy', source: { event: 'page-view', filters: [], aggregation: 'count' } });
    const plan = experiment(environment, [heavy, spend()]);
    const failing = (code: 'limit-exceeded' | 'unavailable') =>
      new Recomputation({ ...stores, clickhouse: refusing(stores.clickhouse, 'page-view', code), logger });
    const { moments, failed } = await failing('limit-exceeded').run(plan, { dataThrough: dayAfter });
    expect(failed).toEqual([{ metric: 'heavy', reason: 'limit-exceeded.' }]);
    expect(new Set(moments.map((row) => row.metric))).toEqual(new Set(['spend']));
    await expect(failing('unavailable').run(plan, { dataThrough: dayAfter })).rejects.toThrow('unavailable.');
  });

  it('finds the conversions of few units among those of many, and repeats of theirs alone', async () => {
    const environment = 'sparse';
    const crowd = units(3000, 100);
    await insertRows(stores.clickhouse, {
      impressions: [...units(40), ...units(40)].map((unit) => impression(environment, unit)),
      conversions: [...crowd, ...crowd, ...units(40), ...units(20)].map((unit) =>
        order(environment, unit, 2),
      ),
    });
    const sql: string[] = [];
    const watched: ClickHouse = {
      ...passingOn(stores.clickhouse),
      query: async (statement) => {
        sql.push(statement.sql);
        return stores.clickhouse.query(statement);
      },
    };
    const attribution = await new Recomputation({ ...stores, clickhouse: watched, logger }).run(
      experiment(environment, [spend()]),
      { dataThrough: dayAfter },
    );
    const ofMoments = sql.filter((text) => text.includes(' AS m0'));
    expect(ofMoments.every((text) => /unit_hash IN \(SELECT unit_hash/.test(text))).toBe(true);
    expect(pooled(attribution).n).toBe(40);
    expect(mean(attribution)).toBe(2);
    expect(attribution.exclusions.duplicateEvents).toBe(40 + 20);
  });

  it('hashes contents apart, with and without a value', async () => {
    const environment = 'hashes';
    const contents = [
      { value: null, attributes: {} },
      { value: 0, attributes: {} },
      { value: 1, attributes: {} },
      { value: null, attributes: { a: 'bc' } },
      { value: null, attributes: { ab: 'c' } },
    ];
    const same = { value: 2, attributes: { x: '1', y: '2' } };
    const turned = { value: 2, attributes: { y: '2', x: '1' } };
    await insertRows(stores.clickhouse, {
      impressions: [],
      conversions: [...contents, same, turned].map(({ value, attributes }) =>
        order(environment, '1', value, { attributes }),
      ),
    });
    const [found] = await stores.clickhouse.query<{ rows: string; hashes: string }>({
      sql: `SELECT count() AS rows, uniqExact(content_hash) AS hashes FROM raw_conversions
        WHERE environment = {environment:String} AND content_hash != 0`,
      params: { environment },
      limits: { maxSeconds: 10, maxMemoryBytes: 1e9 },
    });
    expect(found).toEqual({ rows: '7', hashes: '6' });
  });
});

function pooled({ moments }: Attribution) {
  const [first, ...others] = moments.map((row) => row.moments);
  if (first === undefined) throw new Error('there are no moments');
  return others.reduce(mergeMoments, first);
}

function mean(attribution: Attribution): number {
  const { n, centre, sums } = pooled(attribution);
  return (centre[0] ?? 0) + (sums[0] ?? 0) / n;
}

/** The same store, except that moments of conversions of one name fail. */
function refusing(clickhouse: ClickHouse, name: string, code: 'limit-exceeded' | 'unavailable'): ClickHouse {
  const refused = ({ sql, params }: Statement) =>
    sql.includes(' AS m0') && Object.values(params ?? {}).includes(name);
  return {
    ...passingOn(clickhouse),
    query: async (statement) => {
      if (refused(statement)) throw new AppError(code, `${code}.`);
      return clickhouse.query(statement);
    },
  };
}

function passingOn(clickhouse: ClickHouse): ClickHouse {
  return {
    query: (statement) => clickhouse.query(statement),
    stream: (statement) => clickhouse.stream(statement),
    insert: (block) => clickhouse.insert(block),
    command: (statement) => clickhouse.command(statement),
    ping: () => clickhouse.ping(),
    close: () => clickhouse.close(),
  };
}
