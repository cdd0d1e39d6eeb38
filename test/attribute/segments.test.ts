import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Attribution,
  Attributor,
  LiveMoments,
  type LiveSegments,
  Recomputation,
  Upkeep,
} from '../../src/attribute/index.ts';
import type { AttributeFilter, ExperimentPlan } from '../../src/catalogue/index.ts';
import type { ClickHouse, Statement } from '../../src/stores/clickhouse/index.ts';
import { experiment, HOUR, impression, order, START, spend } from './experiments.ts';
import { insertRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';

const logger = pino({ level: 'silent' });

let stores: Stores;
let live: LiveMoments;
beforeAll(async () => {
  stores = await openStores();
  live = new LiveMoments(stores);
});
/** Takes everything back to the beginning of time. */
async function begin(): Promise<void> {
  await stores.postgres.query("UPDATE attribution_builds SET state = 'retired'");
  await stores.postgres.query('UPDATE attribution_shards SET through = 0');
}
beforeEach(begin);
afterAll(async () => {
  await stores.close();
});

/** An attributor of one experiment; `until` lets it work until it has nothing to do with what was received up to then. */
function attributorOf(plan: ExperimentPlan, clickhouse: ClickHouse = stores.clickhouse) {
  const at = { cut: START, plan };
  const attributor = new Attributor({
    ...{ clickhouse, postgres: stores.postgres, logger, holder: plan.key, sole: true },
    ...{ reconcileEveryMs: 0, passOverEveryMs: 0 },
    watermark: async () => new Date(at.cut),
    plans: async () => [at.plan],
  });
  return {
    at,
    attributor,
    until: async (cut: number) => {
      at.cut = cut;
      while ((await attributor.step()) !== 'idle');
    },
  };
}

const byCountry = (key: string) => ({ ...experiment(key, [spend()]), segmentAttributes: ['country'] });

async function read(experimentKey: string, attribute = 'country'): Promise<LiveSegments> {
  const found = await live.readSegments(experimentKey, attribute);
  if (found === null) throw new Error(`no segments by ${attribute}`);
  return found;
}

/** Units, and the total of the metric. */
function figures({ units, moments }: Attribution): [units: number, total: number] {
  const total = moments.reduce(
    (sum, { moments: { n, centre, sums } }) => sum + n * (centre[0] ?? 0) + (sums[0] ?? 0),
    0,
  );
  return [units.reduce((sum, row) => sum + row.units, 0), Math.round(total * 1e9) / 1e9];
}

const figuresOf = ({ segments }: LiveSegments) =>
  segments.map(({ value, attribution }) => [value, ...figures(attribution)]);

describe('segments by the values of an attribute', () => {
  it('are the 20 values of most units, by value where they have as many, and one of all others', async () => {
    // Letter k of the alphabet has as many units as the number of letters after m, k, or none.
    const values = ['ß', '', '["country"]', '["country","a"]', "o'\\n\n", ...'zyxwvutsrqponmlkjih'.split('')];
    const sizes = values.map((_, index) => (index < 3 ? 5 : index < 10 ? 3 : 1));
    const units = values.flatMap((value, index) =>
      Array.from({ length: sizes[index] ?? 0 }, (_, nth) => ({ value, unit: `${index * 10 + nth}` })),
    );
    await insertRows(stores.clickhouse, {
      impressions: units.flatMap(({ value, unit }, index) => [
        // The empty value is also that of who has none.
        impression('top', unit, { attributes: index % 2 === 0 || value !== '' ? { country: value } : {} }),
        // What comes later says nothing of the unit.
        impression('top', unit, { id: 'later', ts: START + HOUR, attributes: { country: 'a' } }),
      ]),
      conversions: [],
    });
    const { until, attributor } = attributorOf(byCountry('top'));
    await until(START + 2 * HOUR);
    const found = await read('top');
    const bytes = (text: string) => Buffer.from(text);
    const ranked = values
      .map((value, index) => ({ value, size: sizes[index] ?? 0 }))
      .sort((a, b) => b.size - a.size || Buffer.compare(bytes(a.value), bytes(b.value)));
    expect(found.values).toEqual(ranked.slice(0, 20).map(({ value }) => value));
    const others = ranked.slice(20).reduce((sum, { size }) => sum + size, 0);
    expect(others).toBe(4);
    expect(figuresOf(found)).toEqual([
      ...ranked.slice(0, 20).map(({ value, size }) => [value, size, 0]),
      [null, others, 0],
    ]);
    await attributor.close();
  });

  it('follow a first impression that is received late, and keep to it when conversions come', async () => {
    const country = (value: string) => ({ attributes: { country: value } });
    const at = (hours: number) => ({ receivedAt: START + hours * HOUR });
    await insertRows(stores.clickhouse, {
      impressions: [
        impression('late', '0', { ...country('DE'), ...at(1), ts: START + HOUR }),
        impression('late', '2', { ...country('AT'), ...at(1) }),
        // An hour before what is known.
        impression('late', '0', { ...country('AT'), ...at(2), id: 'earlier' }),
      ],
      conversions: [
        order('late', '0', 7, { ...at(1), ts: START + 2 * HOUR }),
        order('late', '0', 5, { ...at(3), ts: START + 2 * HOUR, id: 'p' }),
        order('late', '2', 1, at(3)),
      ],
    });
    const { until, attributor } = attributorOf(byCountry('late'));
    const seen: unknown[] = [];
    for (const hour of [1, 2, 3]) {
      await until(START + hour * HOUR);
      seen.push(figuresOf(await read('late')));
    }
    const empty = [null, 0, 0];
    expect(seen).toEqual([
      [['AT', 1, 0], ['DE', 1, 7], empty],
      [['AT', 2, 7], ['DE', 0, 0], empty],
      [['AT', 2, 13], ['DE', 0, 0], empty],
    ]);
    await attributor.close();
  });

  it('follow contents that conflict at one time, whichever comes first, and nothing else changes', async () => {
    const both = ['DE', 'AT'];
    // Of rows with one identity and time the smaller hash counts; which that is, is not ours to say.
    for (const [index, order] of [both, both.toReversed()].entries()) {
      const key = `conflict-${index}`;
      await insertRows(stores.clickhouse, {
        impressions: order.map((country, nth) =>
          impression('conflict', '0', {
            ...{ environment: key, attributes: { country }, receivedAt: START + (nth + 1) * HOUR },
          }),
        ),
        conversions: [],
      });
    }
    const seen: unknown[] = [];
    for (const key of ['conflict-0', 'conflict-1']) {
      await begin();
      const { until, attributor } = attributorOf(byCountry(key));
      for (const hour of [1, 2]) {
        await until(START + hour * HOUR);
        const { values, segments } = await read(key);
        seen.push(
          segments.flatMap(({ value, attribution }) =>
            figures(attribution)[0] === 1 ? [value ?? `not ${values.join()}`] : [],
          ),
        );
      }
      await attributor.close();
    }
    // One of the two counts in the end, whichever was there before; the other was there alone, and is among the values.
    const [first, then, otherFirst, otherThen] = seen;
    expect([first, otherFirst]).toEqual([['DE'], ['AT']]);
    expect([
      [['DE'], ['not AT']],
      [['not DE'], ['AT']],
    ]).toContainEqual([then, otherThen]);
  });

  it('are what raw rows give with a filter', async () => {
    const countries = ['DE', 'DE', 'DE', 'AT', 'AT', '', 'CH'];
    await insertRows(stores.clickhouse, {
      impressions: countries.map((country, unit) =>
        impression('raw', String(unit), { attributes: { country } }),
      ),
      conversions: countries.map((_, unit) => order('raw', String(unit), unit + 0.5)),
    });
    const plan = byCountry('raw');
    const { until, attributor } = attributorOf(plan);
    await until(START + 2 * HOUR);
    const recomputation = new Recomputation({ ...stores, logger });
    const dataThrough = new Date(START + 2 * HOUR);
    const raw = async (filter: AttributeFilter) =>
      figures(await recomputation.run(plan, { dataThrough, segment: [filter] }));
    const { segments, all } = await read('raw');
    expect(figures(all)).toEqual([7, 24.5]);
    for (const { value, attribution } of segments) {
      const filter: AttributeFilter =
        value === null
          ? { attribute: 'country', op: 'notIn', values: ['DE', 'AT', '', 'CH'] }
          : { attribute: 'country', op: 'eq', value };
      expect(figures(attribution)).toEqual(await raw(filter));
    }
    // One of them alone.
    const one = await live.readSegments('raw', 'country', { value: 'AT' });
    expect(one?.segments.map(({ value, attribution }) => [value, ...figures(attribution)])).toEqual([
      ['AT', 2, 8],
    ]);
    expect((await live.readSegments('raw', 'country', { value: 'FR' }))?.segments).toEqual([]);
    expect(await live.readSegments('raw', 'age')).toBeNull();
    await attributor.close();
  });

  it('are frozen again when far more units have come than they were chosen among', async () => {
    const at = (hours: number) => ({ receivedAt: START + hours * HOUR });
    const many = Array.from({ length: 1100 }, (_, unit) => String(unit + 1));
    await insertRows(stores.clickhouse, {
      impressions: [
        impression('grown', '0', { ...at(1), attributes: { country: 'DE' } }),
        ...many.map((unit) => impression('grown', unit, { ...at(2), attributes: { country: 'AT' } })),
      ],
      conversions: [],
    });
    // So that no centre asks for a new build.
    await stores.postgres.query(
      `INSERT INTO metric_parameters (experiment, metric, metric_version, version, centre, centre_units, caps, data_through)
        VALUES ('grown', 'spend', 1, 1, '[0]', 5000, '{}', now())`,
    );
    const plan = byCountry('grown');
    const { until, attributor } = attributorOf(plan);
    await until(START + HOUR);
    expect((await read('grown')).values).toEqual(['DE']);
    await until(START + 2 * HOUR);
    expect(figuresOf(await read('grown'))).toEqual([
      ['AT', 1100, 0],
      ['DE', 1, 0],
      [null, 0, 0],
    ]);
    await attributor.close();
  });

  it('are made anew when other attributes are declared', async () => {
    await insertRows(stores.clickhouse, {
      impressions: [impression('other', '0', { attributes: { country: 'DE', age: '7' } })],
      conversions: [],
    });
    const { until, attributor, at } = attributorOf(experiment('other', [spend()]));
    await until(START + HOUR);
    expect(await live.readSegments('other', 'age')).toBeNull();
    at.plan = { ...at.plan, segmentAttributes: ['country', 'age'] };
    await until(START + HOUR);
    expect((await read('other', 'age')).values).toEqual(['7']);
    // In another order they are the same.
    const { build } = (await read('other')).all;
    at.plan = { ...at.plan, segmentAttributes: ['age', 'country'] };
    await until(START + HOUR);
    expect((await read('other')).all.build).toBe(build);
    await attributor.close();
  });

  it('are compared with raw rows by a verification', async () => {
    await insertRows(stores.clickhouse, {
      impressions: [impression('compared', '0', { attributes: { country: 'DE' } })],
      conversions: [order('compared', '0', 3)],
    });
    const { until, attributor } = attributorOf(byCountry('compared'));
    await until(START + 2 * HOUR);
    const upkeep = new Upkeep(stores.postgres);
    await upkeep.verify('compared');
    await until(START + 2 * HOUR);
    const state = async () => (await upkeep.describe('compared')).live;
    const before = await state();
    expect(before).toMatchObject({ untrusted: false, largestDifference: 0 });
    await stores.clickhouse.command({
      sql: `INSERT INTO moments (build, epoch, is_new, cohort_day, variant, metric, segment, n, s1)
        SELECT build, epoch, is_new, cohort_day, variant, metric, segment, 0, 1e-3
        FROM moments WHERE build = ${before?.id} AND metric != '' AND segment = '["country","DE"]' LIMIT 1`,
      limits: { maxSeconds: 10, maxMemoryBytes: 1e9 },
    });
    await upkeep.verify('compared');
    while ((await state())?.verificationAsked) await attributor.step();
    expect(await state()).toMatchObject({
      ...{ id: before?.id, untrusted: true, rebuildAsked: true },
      differenceAt: expect.stringMatching(/^sum 1 of spend of epoch 1.*, segment \["country","DE"\]$/),
    });
    await until(START + 2 * HOUR);
    expect(await state()).toMatchObject({ untrusted: false });
    await attributor.close();
  });

  it('cost nothing where none are declared', async () => {
    const asked: string[] = [];
    const { clickhouse } = stores;
    const note = <T extends Statement>(statement: T): T => {
      asked.push(statement.sql);
      return statement;
    };
    const watched: ClickHouse = {
      query: (statement) => clickhouse.query(note(statement)),
      command: (statement) => clickhouse.command(note(statement)),
      stream: (statement) => clickhouse.stream(statement),
      insert: (block) => clickhouse.insert(block),
      ping: () => clickhouse.ping(),
      close: () => clickhouse.close(),
    };
    const plans = [
      { plan: experiment('costs-nothing', [spend()]), segmented: false },
      { plan: byCountry('costs-something'), segmented: true },
    ];
    for (const [index, { plan, segmented }] of plans.entries()) {
      const { until, attributor } = attributorOf(plan, watched);
      const receivedAt = START + (index + 1) * HOUR;
      await until(receivedAt - 1);
      await insertRows(clickhouse, {
        impressions: [impression(plan.key, '0', { receivedAt })],
        conversions: [order(plan.key, '0', 1, { receivedAt })],
      });
      asked.length = 0;
      await until(receivedAt);
      expect(asked.some((sql) => sql.includes('INSERT INTO assignments'))).toBe(true);
      // What fills the column of a table of memory with nothing, and copies it.
      const rest = asked
        .filter((sql) => !sql.includes('INSERT INTO assignments'))
        .map((sql) => sql.replaceAll('emptyArrayUInt8() AS segments', ''));
      expect(
        rest.some((sql) => /\bsegments?\b(?!\s+(IN|=|Array))/.test(sql.replaceAll(/^--.*$/gm, ''))),
      ).toBe(segmented);
      await attributor.close();
    }
  });
});
