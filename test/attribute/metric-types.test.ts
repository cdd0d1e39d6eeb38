import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Attribution,
  Attributor,
  LiveMoments,
  Recomputation,
  Upkeep,
} from '../../src/attribute/index.ts';
import { type ExperimentPlan, Metric } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { experiment, HOUR, impression, order, START } from './experiments.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

const logger = pino({ level: 'silent' });
const later = new Date(START + 240 * HOUR);

let stores: Stores;
let recomputation: Recomputation;
beforeAll(async () => {
  stores = await openStores();
  recomputation = new Recomputation({ ...stores, logger });
});
afterAll(async () => {
  await stores.close();
});

type Event = readonly [name: string, ms: number, value?: number];

/** What the metric makes of units that are all first seen at START, each with these events at so many ms after it. */
async function attributed(
  environment: string,
  definition: Record<string, unknown>,
  units: readonly (readonly Event[])[],
  changes: Partial<ExperimentPlan> = {},
): Promise<Attribution> {
  await insertRows(stores.clickhouse, {
    impressions: units.map((_, unit) => impression(environment, String(2 * unit))),
    conversions: units.flatMap((events, unit) =>
      events.map(([name, ms, value = 1], index) =>
        order(environment, String(2 * unit), value, { name, id: `c${index}`, ts: START + ms }),
      ),
    ),
  });
  const metric = Metric.parse({ key: 'm', ...definition });
  return recomputation.run(experiment(environment, [metric], changes), { dataThrough: later });
}

/** The bins of units one by one: an experiment for each, so that nothing is added up. */
async function binsOf(
  environment: string,
  definition: Record<string, unknown>,
  units: readonly (readonly Event[])[],
): Promise<number[]> {
  const bins: number[] = [];
  for (const [index, events] of units.entries()) {
    const { bins: rows } = await attributed(`${environment}-${index}`, definition, [events]);
    bins.push(rows[0]?.bins[0]?.bin ?? Number.NaN);
  }
  return bins;
}

describe('a retention', () => {
  const definition = { type: 'retention', source: { event: 'visit' }, fromHours: 24, toHours: 48 };
  const returned = ({ moments }: Attribution) => {
    const [row] = moments;
    return row && (row.moments.centre[0] ?? 0) * row.moments.n + (row.moments.sums[0] ?? 0);
  };

  it('counts from fromHours on and before toHours, however often', async () => {
    const attribution = await attributed('retention', definition, [
      [['visit', 24 * HOUR - 1]],
      [['visit', 24 * HOUR]],
      [['visit', 48 * HOUR - 1]],
      [['visit', 48 * HOUR]],
      [
        ['visit', 30 * HOUR],
        ['visit', 40 * HOUR],
      ],
      [['another', 30 * HOUR]],
      [],
    ]);
    expect(attribution.moments[0]?.moments.n).toBe(7);
    expect(returned(attribution)).toBeCloseTo(3, 12);
  });

  it('ends with the epoch', async () => {
    const [first] = experiment('x', []).epochs;
    if (first === undefined) throw new Error('an experiment has an epoch');
    const epochs = [first, { ...first, number: 2, effectiveAt: new Date(START + 36 * HOUR) }];
    const events: Event[][] = [[['visit', 36 * HOUR - 1]], [['visit', 36 * HOUR]]];
    const attribution = await attributed('retention-cut', definition, events, { epochs });
    expect(returned(attribution)).toBeCloseTo(1, 12);
  });
});

describe('a time to an event', () => {
  it('is the interval of the first event in the window', async () => {
    const definition = {
      type: 'timeToEvent',
      source: { event: 'visit' },
      windowHours: 72,
      intervalHours: 24,
    };
    const bins = await binsOf('time', definition, [
      [['visit', 0]],
      [['visit', 24 * HOUR - 1]],
      [['visit', 24 * HOUR]],
      [['visit', 72 * HOUR - 1]],
      [['visit', 72 * HOUR]],
      [['visit', -1]],
      [
        ['visit', 50 * HOUR],
        ['visit', 30 * HOUR],
        ['visit', -HOUR],
      ],
      [['another', 1]],
    ]);
    expect(bins).toEqual([1, 1, 2, 3, 0, 0, 2, 0]);
  });
});

describe('a funnel', () => {
  const steps = ['view', 'cart', 'order'].map((event) => ({ event }));

  it('reaches a step at or after the one before it', async () => {
    const bins = await binsOf('funnel', { type: 'funnel', steps, windowHours: 24 }, [
      [
        ['view', 1],
        ['cart', 2],
        ['order', 3],
      ],
      // All at one time, sent in the wrong order.
      [
        ['order', 5],
        ['cart', 5],
        ['view', 5],
      ],
      [
        ['view', 2],
        ['cart', 1],
        ['order', 3],
      ],
      // The cart before the view is of no use, the one after it is; so with the order.
      [
        ['cart', 1],
        ['order', 1],
        ['view', 2],
        ['cart', 3],
        ['order', 4],
      ],
      [
        ['view', 1],
        ['cart', 3],
        ['order', 2],
      ],
      // A later view takes nothing back.
      [
        ['view', 1],
        ['cart', 2],
        ['view', 3],
        ['order', 4],
      ],
      [
        ['cart', 1],
        ['order', 2],
      ],
      [
        ['view', 1],
        ['order', 2],
      ],
      [
        ['view', 1],
        ['cart', 24 * HOUR - 1],
        ['order', 24 * HOUR],
      ],
      [
        ['view', -1],
        ['cart', 1],
        ['order', 2],
      ],
      [],
    ]);
    expect(bins).toEqual([3, 3, 1, 3, 2, 3, 0, 1, 2, 0, 0]);
  });

  it('has steps of one event with different filters, and takes one that fits several for all of them', async () => {
    const environment = 'funnel-filters';
    const page = (value: string) => ({ event: 'view', filters: [{ attribute: 'page', op: 'eq', value }] });
    const definition = { type: 'funnel', steps: [page('cart'), page('paid'), { event: 'view' }] };
    const view = (unit: string, at: string, ms: number) =>
      order(environment, unit, null, { name: 'view', id: at, ts: START + ms, attributes: { page: at } });
    await insertRows(stores.clickhouse, {
      impressions: ['0', '2'].map((unit) => impression(environment, unit)),
      conversions: [view('0', 'cart', 1), view('0', 'paid', 2), view('2', 'paid', 1), view('2', 'cart', 2)],
    });
    const metric = Metric.parse({ key: 'm', ...definition });
    const { bins } = await recomputation.run(experiment(environment, [metric]), { dataThrough: later });
    expect(bins[0]?.bins).toEqual([
      { bin: 1, units: 1 },
      { bin: 3, units: 1 },
    ]);
  });
});

describe('a quantile', () => {
  const p90 = (aggregation: string) => ({
    type: 'quantile',
    source: { event: 'load', aggregation },
    quantile: 0.9,
  });

  it('has exact order statistics, of raw rows', async () => {
    const units = Array.from({ length: 200 }, (_, index): Event[] => [['load', 1, index + 1]]);
    const { exactQuantiles, bins } = await attributed('exact', p90('sum'), units);
    expect(exactQuantiles).toEqual({
      dataThrough: later,
      unread: [],
      rows: [
        {
          ...{ metric: 'm', epoch: 1, variant: 'control', n: 200, value: 180 },
          bounds: { lower: 172, upper: 189 },
        },
      ],
    });
    // Of 1 to 127 one each, then one for two.
    expect(bins[0]?.bins.length).toBe(127 + 37);
  });

  it('has zeros and negative totals in their places', async () => {
    const units = [
      ...Array.from({ length: 30 }, (): Event[] => []),
      [['load', 1, -5]],
      [['load', 1, 7]],
    ] as Event[][];
    const { exactQuantiles, bins } = await attributed('zeros', { ...p90('sum'), quantile: 0.5 }, units);
    expect(bins[0]?.bins.map(({ bin, units }) => [Math.sign(bin), units])).toEqual([
      [-1, 1],
      [0, 30],
      [1, 1],
    ]);
    expect(exactQuantiles?.rows[0]).toMatchObject({ n: 32, value: 0, bounds: { lower: 0, upper: 0 } });
  });

  it('is among units with an event, of a maximum', async () => {
    const { exactQuantiles } = await attributed('among', p90('max'), [
      [],
      [
        ['load', 1, 3],
        ['load', 2, 9],
      ],
      [],
    ]);
    expect(exactQuantiles?.rows).toEqual([
      { metric: 'm', epoch: 1, variant: 'control', n: 1, value: 9, bounds: null },
    ]);
  });

  it('puts a total into the same bucket in whatever order its rows are read', async () => {
    // Added up in these orders they give 5.6e-17 and 2.8e-17.
    const { bins } = await attributed('order', p90('sum'), [
      [
        ['load', 1, 0.1],
        ['load', 2, 0.2],
        ['load', 3, -0.3],
      ],
      [
        ['load', 1, -0.3],
        ['load', 2, 0.1],
        ['load', 3, 0.2],
      ],
    ]);
    expect(bins[0]?.bins.map(({ units }) => units)).toEqual([2]);
  });

  it('fails alone where totals exceed a number', async () => {
    const units: Event[][] = [
      [
        ['load', 1, 1.5e308],
        ['load', 2, 1.5e308],
      ],
    ];
    const { failed, bins } = await attributed('overflowing-quantile', p90('sum'), units);
    expect(failed).toEqual([{ metric: 'm', reason: expect.stringContaining('exceed') }]);
    expect(bins).toEqual([]);
  });
});

describe('live bins', () => {
  it('have the exact quantiles of their build, and those of a verification after it', async () => {
    const environment = 'live-quantile';
    const metrics = [
      { key: 'p', type: 'quantile', source: { event: 'load', aggregation: 'sum' }, quantile: 0.5 },
      { key: 'huge', type: 'quantile', source: { event: 'huge', aggregation: 'sum' }, quantile: 0.5 },
    ].map((definition) => Metric.parse(definition));
    const plan = experiment(environment, metrics);
    const loads = (from: number, to: number, receivedAt: number) => {
      const units = Array.from({ length: to - from }, (_, index) => String(2 * (from + index)));
      return {
        impressions: units.map((unit) => impression(environment, unit, { receivedAt })),
        conversions: units.map((unit) =>
          order(environment, unit, 1 + Number(unit) / 2, { name: 'load', receivedAt }),
        ),
      };
    };
    await insertRows(stores.clickhouse, loads(0, 99, START));
    let watermark = START + HOUR;
    const attributor = new Attributor({
      ...{ clickhouse: stores.clickhouse, postgres: stores.postgres, logger, holder: 'one', sole: true },
      ...{ reconcileEveryMs: 0, passOverEveryMs: 0 },
      watermark: async () => new Date(watermark),
      plans: async () => [plan],
    });
    const untilIdle = async () => {
      while ((await attributor.step()) !== 'idle');
    };
    const live = async () => {
      await untilIdle();
      const found = await new LiveMoments(stores).read(environment);
      if (found === null) throw new Error('no live moments');
      const units = found.bins
        .filter((row) => row.metric === 'p')
        .flatMap((row) => row.bins)
        .reduce((sum, bin) => sum + bin.units, 0);
      const exact = found.exactQuantiles?.rows.find((row) => row.metric === 'p');
      return {
        units,
        exact: [exact?.n, exact?.value],
        through: found.exactQuantiles?.dataThrough.getTime(),
        found,
      };
    };
    expect(await live()).toMatchObject({ units: 99, exact: [99, 50], through: START + HOUR });
    await insertRows(stores.clickhouse, loads(99, 199, START + 2 * HOUR));
    await insertRows(stores.clickhouse, {
      impressions: [],
      conversions: ['a', 'b'].map((id) =>
        order(environment, '0', 1.5e308, { name: 'huge', id, receivedAt: START + 2 * HOUR }),
      ),
    });
    watermark = START + 3 * HOUR;
    const after = await live();
    expect(after).toMatchObject({ units: 199, exact: [99, 50], through: START + HOUR });
    expect(after.found.failed).toEqual([{ metric: 'huge', reason: expect.stringContaining('exceed') }]);
    await new Upkeep(stores.postgres).verify(environment);
    expect(await live()).toMatchObject({ units: 199, exact: [199, 100], through: START + 3 * HOUR });
    await attributor.close();
  });

  it('tell which exact quantiles could not be read, and are live without them', async () => {
    const environment = 'unread-quantile';
    const plan = experiment(environment, [
      Metric.parse({
        ...{ key: 'p', type: 'quantile', quantile: 0.5 },
        source: { event: 'load', aggregation: 'sum' },
      }),
    ]);
    await insertRows(stores.clickhouse, {
      impressions: [impression(environment, '0', { receivedAt: START })],
      conversions: [order(environment, '0', 3, { name: 'load', receivedAt: START })],
    });
    const { clickhouse } = stores;
    const refusing: ClickHouse = {
      query: (statement) => {
        if (/ AS w0\b/.test(statement.sql)) throw new AppError('limit-exceeded', 'The store stopped it.');
        return clickhouse.query(statement);
      },
      command: (statement) => clickhouse.command(statement),
      stream: (statement) => clickhouse.stream(statement),
      insert: (block) => clickhouse.insert(block),
      ping: () => clickhouse.ping(),
      close: () => clickhouse.close(),
    };
    const attributor = new Attributor({
      ...{ clickhouse: refusing, postgres: stores.postgres, logger, holder: 'refused', sole: true },
      ...{ reconcileEveryMs: 0, passOverEveryMs: 0 },
      watermark: async () => new Date(START + 5 * HOUR),
      plans: async () => [plan],
    });
    while ((await attributor.step()) !== 'idle');
    await attributor.close();
    const found = await new LiveMoments(stores).read(environment);
    expect(found?.exactQuantiles).toEqual({
      dataThrough: new Date(START + 5 * HOUR),
      rows: [],
      unread: [{ metric: 'p', reason: 'The store stopped it.' }],
    });
    expect(found?.bins[0]?.bins.map(({ units }) => units)).toEqual([1]);
    expect(found?.failed).toEqual([]);
  });
});
