import { describe, expect, it } from 'vitest';
import { buildScorecard, formatScorecardTable, type MetricResult, Results } from '../../src/analyse/index.ts';
import type { Attribution, BinsRow } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import {
  attributionOf,
  epoch,
  momentsRow,
  planned,
  planOf,
  proportion,
  stamp,
  unitsRow,
} from './fixtures.ts';

type Bins = Readonly<Record<number, number>>;

function binsRow(
  metric: string,
  variant: string,
  bins: Bins,
  place: Partial<Pick<BinsRow, 'epoch' | 'population' | 'cohortDay'>> = {},
): BinsRow {
  return {
    ...{ epoch: 1, population: 'new', cohortDay: '2026-01-02', ...place, metric, variant },
    bins: Object.entries(bins)
      .map(([bin, units]) => ({ bin: Number(bin), units }))
      .sort((a, b) => a.bin - b.bin),
  };
}

const evenly = [unitsRow('control', 1000), unitsRow('treatment', 1000)];

function scorecard(
  definition: Record<string, unknown>,
  data: Partial<Attribution>,
  plan: Partial<ExperimentPlan> = {},
) {
  const metrics = [planned('goal', { key: 'm', ...definition })];
  const built = buildScorecard(
    planOf({ metrics, ...plan }),
    attributionOf({ units: evenly, ...data }),
    stamp,
  );
  expect(Results.parse(built.results)).toEqual(built.results);
  const [metric] = built.results.metrics;
  const comparison = metric?.comparisons[0];
  if (metric === undefined || comparison === undefined) throw new Error('no comparison');
  return { metric, comparison, results: built.results };
}

const detailOf = <Kind extends NonNullable<MetricResult['detail']>['kind']>(
  { detail }: MetricResult,
  kind: Kind,
) => {
  if (detail?.kind !== kind) throw new Error(`no ${kind}`);
  return detail as Extract<MetricResult['detail'], { kind: Kind }>;
};

const near = (value: number) => expect.closeTo(value, 8);
const pair = (low: number, high: number) => [near(low), near(high)];

describe('a retention', () => {
  const week = { type: 'retention', source: { event: 'visit' }, fromHours: 24, toHours: 168 };
  const days = (...rows: readonly [day: string, control: number, treatment: number][]) =>
    rows.flatMap(([cohortDay, control, treatment]) => [
      momentsRow('m', 'control', proportion(control, 100), { cohortDay }),
      momentsRow('m', 'treatment', proportion(treatment, 100), { cohortDay }),
    ]);

  it('compares the shares of cohort days whose windows have closed, and of no others', () => {
    // The last unit of 24 January can come back until the end of the 31st; of the 25th until a day later.
    const moments = days(['2026-01-24', 12, 25], ['2026-01-25', 90, 1]);
    const { metric, comparison } = scorecard(week, { moments });
    expect(metric.arms.map(({ units, mean }) => [units, mean])).toEqual([
      [100, 0.12],
      [100, 0.25],
    ]);
    expect(comparison).toMatchObject({
      method: 'score+newcombe',
      verdict: 'better',
      p: near(0.017915660183),
    });
    expect(comparison.absolute).toEqual({
      estimate: near(0.13),
      ci: pair(0.022017237, 0.2356309509),
      reason: null,
    });
    expect(comparison.summary).toContain('m in treatment 12.0 % → 25.0 %');
  });

  it('says so where none has closed yet', () => {
    const { metric, comparison } = scorecard(week, { moments: days(['2026-01-25', 12, 25]) });
    expect(comparison).toMatchObject({ verdict: 'notEnoughData', p: null, reason: 'no-closed-window' });
    expect(metric.arms[0]).toMatchObject({ units: 0, mean: null, reason: 'no-closed-window' });
    expect(comparison.summary).toContain('no unit’s window has closed yet');
  });

  it('counts windows as closed that a change of the epoch has ended', () => {
    const epochs = [
      epoch(1, { control: 1, treatment: 1 }),
      { ...epoch(2, { control: 1, treatment: 1 }), effectiveAt: new Date('2026-01-31T00:00:00Z') },
    ];
    const { metric } = scorecard(week, { moments: days(['2026-01-30', 12, 25]) }, { epochs });
    expect(metric.arms[0]).toMatchObject({ units: 100, mean: 0.12 });
  });
});

describe('a time to an event', () => {
  const days = { type: 'timeToEvent', source: { event: 'visit' }, windowHours: 48, intervalHours: 24 };
  const dataThrough = new Date('2026-01-05T00:00:00Z');
  const cohorts = (variant: string, ...rows: readonly [day: string, bins: Bins][]) =>
    rows.map(([cohortDay, bins]) => binsRow('m', variant, bins, { cohortDay }));
  // All of 2 January were watched for two days, all of the 3rd for one, not all of the 4th for any.
  const bins = [
    ...cohorts(
      'control',
      ['2026-01-02', { 0: 81, 1: 10, 2: 9 }],
      ['2026-01-03', { 0: 42, 1: 5, 2: 3 }],
      ['2026-01-04', { 0: 33, 1: 7 }],
    ),
    ...cohorts('treatment', ['2026-01-02', { 0: 72, 1: 20, 2: 8 }], ['2026-01-03', { 0: 40, 1: 10 }]),
  ];

  it('counts of each cohort day the intervals that all of its units were watched for', () => {
    const { metric, comparison } = scorecard(days, { bins, dataThrough });
    // 150 units, 15 events; then 90 and 9. 150 and 30; then 80 and 8.
    expect(metric.arms.map(({ units, mean, sd, reason }) => [units, mean, sd, reason])).toEqual([
      [150, near(1 - 0.9 * 0.9), null, 'not-a-mean'],
      [150, near(1 - 0.8 * 0.9), null, 'not-a-mean'],
    ]);
    expect(comparison).toMatchObject({ method: 'kaplan-meier', epochs: [1], unitsLeftOut: 0, df: null });
    expect(comparison.p).toBeCloseTo(0.0935325126890933, 10);
    expect(comparison.standardError).toBeCloseTo(0.05366563145999496, 12);
    expect(comparison.absolute).toEqual({
      estimate: near(0.09),
      ci: pair(-0.0151827049, 0.1951827049),
      reason: null,
    });
    expect(comparison.relative).toEqual({
      estimate: near(0.4736842105),
      ci: pair(-0.0642051207, 1.4830668312),
      reason: null,
    });
    expect(comparison.summary).toBe(
      'No clear difference yet: m in treatment 19.0 % → 28.0 % (+9.0 pp, +47.4 %; 95 % CI −6.4 % to +148.3 %; p 0.094), with the event within 2 days.',
    );
  });

  it('shows the curves, and the log-rank test of all of them', () => {
    const { metric } = scorecard(days, { bins, dataThrough });
    const [only, ...others] = detailOf(metric, 'timeToEvent').epochs;
    expect(others).toEqual([]);
    expect(only?.arms[0]).toMatchObject({ variant: 'control', units: 150, events: 24, medianHours: null });
    expect(only?.arms[0]?.points).toMatchObject([
      { hours: 24, atRisk: 150, events: 15, share: near(0.1) },
      { hours: 48, atRisk: 90, events: 9, share: near(0.19) },
    ]);
    expect(only?.comparisons[0]?.logRank).toEqual({
      p: near(0.040692896),
      hazardRatio: near(1.7480503564),
      ci: pair(1.0239361805, 2.9842485367),
      reason: null,
    });
  });

  it('is unknown until somebody was watched to the end of the window', () => {
    const { metric, comparison } = scorecard(days, {
      bins,
      dataThrough: new Date('2026-01-04T23:59:59.999Z'),
    });
    expect(comparison).toMatchObject({ verdict: 'notEnoughData', reason: 'beyond-follow-up' });
    expect(metric.arms[0]).toMatchObject({ units: 100, mean: null, reason: 'beyond-follow-up' });
  });

  it('ends watching with the epoch', () => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const epochs = [
      epoch(1, { control: 1, treatment: 1 }),
      { ...epoch(2, { control: 1, treatment: 1 }), effectiveAt: at(4) },
    ];
    const { comparison } = scorecard(days, { bins, dataThrough: at(20) }, { epochs });
    expect(comparison).toMatchObject({ verdict: 'notEnoughData', reason: 'beyond-follow-up' });
  });

  it('takes the latest epoch in which both arms have units, and does not combine them', () => {
    const epochs = [
      epoch(1, { control: 1, treatment: 1 }),
      { ...epoch(2, { control: 1, treatment: 1 }), effectiveAt: new Date('2026-01-10T00:00:00Z') },
    ];
    const later = { epoch: 2, cohortDay: '2026-01-11' };
    const both = [
      ...bins,
      binsRow('m', 'control', { 0: 50, 1: 30, 2: 20 }, later),
      binsRow('m', 'treatment', { 0: 60, 1: 20, 2: 20 }, later),
      binsRow('m', 'treatment', { 1: 1000 }, { ...later, population: 'returning' }),
    ];
    const { metric, comparison } = scorecard(days, { bins: both }, { epochs });
    expect(metric.arms.map(({ units, mean }) => [units, mean])).toEqual([
      [100, near(0.5)],
      [100, near(0.4)],
    ]);
    expect(comparison).toMatchObject({ epochs: [2], unitsLeftOut: 150 + 40 + 150 });
    expect(detailOf(metric, 'timeToEvent').epochs.map((each) => each.epoch)).toEqual([1, 2]);
  });

  it('invents nothing without units or without events', () => {
    expect(scorecard(days, { dataThrough }).comparison).toMatchObject({ reason: 'no-units', p: null });
    const none = [binsRow('m', 'control', { 0: 50 }), binsRow('m', 'treatment', { 0: 50 })];
    const { metric, comparison } = scorecard(days, { bins: none, dataThrough });
    expect(comparison).toMatchObject({ verdict: 'notEnoughData', reason: 'no-events' });
    expect(metric.arms[0]).toMatchObject({ units: 50, mean: 0 });
  });
});

describe('a funnel', () => {
  const steps = [{ event: 'view' }, { event: 'order' }];
  const bins = [
    binsRow('m', 'control', { 0: 40, 1: 30, 2: 30 }),
    binsRow('m', 'treatment', { 0: 20, 1: 30, 2: 50 }),
  ];

  it('compares the share of units that reached the last step, and lists every step', () => {
    const { metric, comparison } = scorecard({ type: 'funnel', steps }, { bins });
    expect(metric.arms.map(({ units, mean }) => [units, mean])).toEqual([
      [100, 0.3],
      [100, 0.5],
    ]);
    expect(comparison).toMatchObject({ method: 'score+newcombe', p: near(0.0038924171), verdict: 'better' });
    expect(comparison.absolute.ci).toEqual(pair(0.0642232775, 0.3257682909));
    expect(comparison.summary).toContain('of all units through all 2 steps');
    const [first, last] = detailOf(metric, 'funnel').steps;
    expect(first).toMatchObject({
      ...{ step: 1, event: 'view' },
      arms: [
        { variant: 'control', units: 60, share: 0.6 },
        { variant: 'treatment', units: 80, share: 0.8 },
      ],
      comparisons: [{ variant: 'treatment', p: near(0.0020282311), method: 'score+newcombe' }],
    });
    expect(first?.comparisons[0]?.absolute.ci).toEqual(pair(0.07311916, 0.3185050993));
    expect(last?.comparisons[0]).toMatchObject({ p: comparison.p, absolute: comparison.absolute });
  });

  it('takes epochs as strata, as any proportion', () => {
    const epochs = [epoch(1, { control: 1, treatment: 1 }), epoch(2, { control: 1, treatment: 1 })];
    const again = bins.map((row) => ({ ...row, epoch: 2 }));
    const { comparison } = scorecard({ type: 'funnel', steps }, { bins: [...bins, ...again] }, { epochs });
    expect(comparison).toMatchObject({ method: 'mantel-haenszel+sato', epochs: [1, 2] });
    expect(comparison.absolute.estimate).toBeCloseTo(0.2, 12);
  });
});

describe('a quantile', () => {
  const p90 = { type: 'quantile', source: { event: 'load', aggregation: 'max' }, quantile: 0.9 };
  // The 64 buckets of an octave: of 1 … 200 and of 41 … 240 all values are in buckets of a width of at most 2.
  const bucketOf = (value: number) => {
    const exponent = Math.floor(Math.log2(value));
    return (exponent + 1023) * 64 + Math.floor((value / 2 ** exponent - 1) * 64);
  };
  const values = (from: number): Bins => {
    const buckets = Array.from({ length: 200 }, (_, index) => bucketOf(from + index));
    return Object.fromEntries(
      [...Map.groupBy(buckets, (bin) => bin)].map(([bin, units]) => [bin, units.length]),
    );
  };
  const bins = [binsRow('m', 'control', values(1)), binsRow('m', 'treatment', values(41))];
  const exactRows = [
    { metric: 'm', epoch: 1, variant: 'control', n: 200, value: 180, bounds: { lower: 172, upper: 189 } },
    { metric: 'm', epoch: 1, variant: 'treatment', n: 200, value: 220, bounds: { lower: 212, upper: 229 } },
  ];

  it('is that of the middles of buckets, and allows for what they leave open', () => {
    const { metric, comparison, results } = scorecard(p90, { bins });
    expect(metric.arms.map(({ units, mean }) => [units, mean])).toEqual([
      [200, 181],
      [200, 221],
    ]);
    expect(comparison).toMatchObject({ method: 'order-statistics+sketch', verdict: 'better', epochs: [1] });
    expect(comparison.p).toBeCloseTo(4.456863117825065e-9, 15);
    expect(comparison.absolute).toEqual({
      estimate: 40,
      ci: pair(25.3039376183, 54.6960623817),
      reason: null,
    });
    expect(comparison.summary).toContain('quantile 0.9 of units, to within 0.78 %');
    expect(detailOf(metric, 'quantile')).toMatchObject({
      ...{ quantile: 0.9, figures: 'sketch', sketch: { relativeError: 1 / 128 }, exact: null },
      ...{ dataThrough: '2026-02-01T00:00:00.000Z', reason: 'not-read-yet' },
      epochs: [{ epoch: 1, arms: [{ value: 181, lower: 172, upper: 190 }, { value: 221 }] }],
    });
    expect(formatScorecardTable(results, { columns: 200, colour: false })).toContain(
      '(quantile 0.9, ±0.78 %)',
    );
  });

  it('shows the exact figures of earlier beside them', () => {
    const exactQuantiles = { dataThrough: new Date('2026-01-31T03:00:00Z'), rows: exactRows, unread: [] };
    const { metric, comparison } = scorecard(p90, { bins, exactQuantiles });
    expect(comparison.method).toBe('order-statistics+sketch');
    const { figures, exact, reason } = detailOf(metric, 'quantile');
    expect([figures, reason]).toEqual(['sketch', null]);
    expect(exact).toMatchObject({
      dataThrough: '2026-01-31T03:00:00.000Z',
      epochs: [{ epoch: 1, arms: [{ value: 180, lower: 172, upper: 189 }, { value: 220 }] }],
    });
    expect(exact?.epochs[0]?.comparisons[0]).toMatchObject({ method: 'order-statistics' });
    expect(exact?.epochs[0]?.comparisons[0]?.absolute.ci).toEqual(pair(28.0092744173, 51.9907255827));
  });

  it('is exact where the exact figures are of the same rows', () => {
    const exactQuantiles = { dataThrough: new Date('2026-02-01T00:00:00Z'), rows: exactRows, unread: [] };
    const { metric, comparison } = scorecard(p90, { bins, exactQuantiles });
    expect(comparison).toMatchObject({ method: 'order-statistics' });
    expect(comparison.p).toBeCloseTo(6.223595534276729e-11, 17);
    expect(detailOf(metric, 'quantile')).toMatchObject({ figures: 'exact', sketch: null, exact: null });
    expect(comparison.summary).not.toContain('within');
  });

  it('says why there are no exact figures where values could not be read', () => {
    const unread = [{ metric: 'm', reason: 'The store stopped the statement.' }];
    const exactQuantiles = { dataThrough: new Date('2026-02-01T00:00:00Z'), rows: [], unread };
    const { metric } = scorecard(p90, { bins, exactQuantiles });
    expect(metric.arms.map(({ units }) => units)).toEqual([200, 200]);
    expect(detailOf(metric, 'quantile')).toMatchObject({
      ...{ figures: 'sketch', exact: null, reason: 'The store stopped the statement.' },
    });
  });

  it('finds no difference between arms whose buckets lie next to each other', () => {
    // A million units each, so that order statistics alone would tell 180.9 from 182.1.
    const one = [
      binsRow('m', 'control', { [bucketOf(180.9)]: 1e6 }),
      binsRow('m', 'treatment', { [bucketOf(182.1)]: 1e6 }),
    ];
    const { comparison } = scorecard(p90, { bins: one });
    expect(comparison).toMatchObject({ verdict: 'noClearDifference', p: 1 });
    expect(comparison.absolute.estimate).toBe(2);
    expect(comparison.absolute.ci?.[0]).toBeLessThan(0);
    expect(comparison.relative.ci?.[0]).toBeLessThan(0);
  });

  it('is known of few units, but not how well', () => {
    const few = [
      binsRow('m', 'control', { [bucketOf(1)]: 3 }),
      binsRow('m', 'treatment', { [-bucketOf(1)]: 3 }),
    ];
    const { metric, comparison } = scorecard(p90, { bins: few });
    expect(comparison).toMatchObject({ verdict: 'notEnoughData', reason: 'too-few-units' });
    expect(metric.arms.map(({ mean }) => mean)).toEqual([1 + 1 / 128, -1 - 1 / 128]);
  });

  it('is of the latest epoch in which both arms have units', () => {
    const epochs = [epoch(1, { control: 1, treatment: 1 }), epoch(2, { control: 1, treatment: 1 })];
    const alone = binsRow('m', 'control', values(1), { epoch: 2 });
    const { metric, comparison } = scorecard(p90, { bins: [...bins, alone] }, { epochs });
    expect(comparison).toMatchObject({ epochs: [1], unitsLeftOut: 200 });
    expect(metric.arms.map(({ units }) => units)).toEqual([200, 200]);
  });
});
