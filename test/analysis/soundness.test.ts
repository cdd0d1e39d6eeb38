import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignmentDeviation,
  cappedAgainstRaw,
  dominantUnit,
  fullWeeks,
  lostUnits,
  momentsOf,
  novelty,
  prePeriod,
  sampleRatioByDimension,
  sampleRatioByEpoch,
  shareDrift,
  twyman,
  unitsInTwoVariants,
  weightsChanged,
} from '../../analysis/index.ts';
import { estimated, fromSums, uniforms } from './units.ts';

const NO_UNITS = { kind: 'unknown', reason: 'no-units' };

describe('the sample ratio by epoch', () => {
  const fits = { epoch: 1, units: [5000, 5010], weights: [1, 1] };
  const breaks = { epoch: 2, units: [1000, 1200], weights: [0.5, 0.5] };
  const silent = { epoch: 3, units: [0, 0], weights: [0.5, 0.5] };

  it('is that of the epoch that fits worst', () => {
    const found = estimated(sampleRatioByEpoch([fits, breaks, silent]));
    // GrowthBook's back end: 2.0079e-5.
    expect(found).toMatchObject({ status: 'broken', epoch: 2 });
    expect(found.p).toBeCloseTo(2.0079e-5, 9);
    expect(
      found.epochs.map(({ outcome }) => (outcome.kind === 'estimate' ? outcome.status : outcome.reason)),
    ).toEqual(['sound', 'broken', 'no-units']);
    expect(sampleRatioByEpoch([fits, silent])).toMatchObject({ status: 'sound', epoch: 1 });
  });

  it('sees two mismatches that cancel when pooled', () => {
    const up = { epoch: 1, units: [1000, 1200], weights: [1, 1] };
    const down = { epoch: 2, units: [1200, 1000], weights: [1, 1] };
    expect(sampleRatioByEpoch([up, down])).toMatchObject({ status: 'broken' });
  });

  it('does not excuse small weights, nor units in an arm of weight 0', () => {
    const small = { epoch: 1, units: [99_900, 200], weights: [0.999, 0.001] };
    expect(sampleRatioByEpoch([small])).toMatchObject({ status: 'broken' });
    const none = { epoch: 1, units: [50, 50, 1], weights: [1, 1, 0] };
    expect(sampleRatioByEpoch([none])).toMatchObject({ status: 'broken', p: 0 });
  });

  it('is unknown where no epoch can be compared, never sound', () => {
    expect(sampleRatioByEpoch([])).toEqual(NO_UNITS);
    expect(sampleRatioByEpoch([silent])).toEqual(NO_UNITS);
    expect(sampleRatioByEpoch([{ epoch: 1, units: [10, 0], weights: [1, 0] }])).toEqual({
      kind: 'unknown',
      reason: 'one-arm',
    });
    expect(() => sampleRatioByEpoch([fits, { ...breaks, units: [1, -1] }])).toThrow(
      /^epochs\[1\]\.units\[1\] must be/,
    );
  });
});

describe('the sample ratio by dimension', () => {
  it('ranks values by what is least likely, adjusted for all that were looked at', () => {
    const found = estimated(
      sampleRatioByDimension(
        [
          {
            dimension: 'country',
            values: [
              { value: 'DE', units: [0, 0] },
              { value: 'FR', units: [500, 530] },
            ],
          },
          {
            dimension: 'platform',
            values: [
              { value: 'web', units: [700, 710] },
              { value: 'iOS', units: [300, 450] },
            ],
          },
        ],
        [2, 2],
      ),
    );
    expect(found.status).toBe('broken');
    expect(found.ranked.map(({ value, status }) => [value, status])).toEqual([
      ['iOS', 'broken'],
      ['FR', 'sound'],
      ['web', 'sound'],
    ]);
    // SciPy 1.17.1, chisquare([300, 450]): 4.3204631e-8, one of three.
    expect((found.ranked[0]?.adjustedP ?? 0) / (3 * 4.3204630578274955e-8)).toBeCloseTo(1, 9);
    expect(found.ranked[0]?.excess).toEqual([-75, 75]);
  });

  it('alarms as rarely over many values as over one', () => {
    const uniform = uniforms(5);
    const rounds = 300;
    let alarms = 0;
    for (let round = 0; round < rounds; round += 1) {
      const values = Array.from({ length: 50 }, (_, i) => {
        const treated = Array.from({ length: 200 }, () => (uniform() < 0.3 ? 1 : 0)).reduce<number>(
          (a, b) => a + b,
          0,
        );
        return { value: `${i}`, units: [200 - treated, treated] };
      });
      if (estimated(sampleRatioByDimension([{ dimension: 'd', values }], [0.7, 0.3])).status !== 'sound')
        alarms += 1;
    }
    // At most .1 % of the rounds; unadjusted it would be 5 %. Three binomial standard errors.
    expect(alarms / rounds).toBeLessThanOrEqual(0.001 + 3 * Math.sqrt(0.001 / rounds));
  });

  it('is unknown without units', () => {
    expect(sampleRatioByDimension([], [1, 1])).toEqual(NO_UNITS);
    expect(() =>
      sampleRatioByDimension([{ dimension: 'd', values: [{ value: 'x', units: [1] }] }], [1, 1]),
    ).toThrow(/^dimensions\[0\]\.values\[0\]\.weights/);
  });
});

describe('lost units', () => {
  const arms = (control: [number, number], treatment: [number, number]) => [
    { variant: 'control', impressed: control[0], analysed: control[1] },
    { variant: 'treatment', impressed: treatment[0], analysed: treatment[1] },
  ];

  it('break the comparison where one arm loses more', () => {
    const found = estimated(lostUnits(arms([10_000, 9990], [10_000, 9940])));
    expect(found).toMatchObject({ status: 'broken', lost: 70, share: 0.0035 });
    // SciPy 1.17.1: 2·binom.cdf(10, 70, .5), doubled by Holm.
    for (const { adjustedP } of found.arms)
      expect((adjustedP ?? 0) / 1.6009646798911294e-9).toBeCloseTo(1, 9);
  });

  it('are compared by the arms’ shares of units: 2 and 11 of 9000 and 1000', () => {
    const found = estimated(lostUnits(arms([9000, 8998], [1000, 989])));
    // SciPy 1.17.1: 2·binom.sf(10, 13, .1), doubled by Holm.
    expect((found.arms[1]?.adjustedP ?? 0) / (2 * 1.2872e-9)).toBeCloseTo(1, 4);
    expect(found.status).toBe('broken');
  });

  it('are no harm where all arms lose alike, and suspect where they lose much', () => {
    expect(lostUnits(arms([10_000, 9950], [10_000, 9948]))).toMatchObject({ status: 'sound' });
    expect(lostUnits(arms([10_000, 9500], [10_000, 9480]))).toMatchObject({
      status: 'suspect',
      share: 0.051,
    });
    // A single loss in an arm of 1 % of the units is no wonder, though Pearson's χ² would give p = 3e-23.
    expect(lostUnits(arms([9900, 9900], [100, 99]))).toMatchObject({ status: 'sound' });
  });

  it('have no p where nothing is lost or nothing can be compared', () => {
    expect(lostUnits(arms([10, 10], [20, 20]))).toMatchObject({
      status: 'sound',
      lost: 0,
      arms: [{ adjustedP: null }, { adjustedP: null }],
    });
    expect(lostUnits(arms([10_000, 9999], [0, 0]))).toMatchObject({
      status: 'sound',
      arms: [{ adjustedP: null }, { share: null }],
    });
    expect(lostUnits([])).toEqual(NO_UNITS);
    expect(() => lostUnits(arms([10, 10], [20, 21]))).toThrow(
      /^arms\[1\]\.analysed must be at most impressed \(20\)/,
    );
  });
});

describe('units in two variants', () => {
  it('are suspect above 1 %', () => {
    expect(unitsInTwoVariants({ units: 10_000, multipleVariants: 100 })).toMatchObject({
      status: 'sound',
      share: 0.01,
    });
    expect(unitsInTwoVariants({ units: 10_000, multipleVariants: 101 })).toMatchObject({ status: 'suspect' });
    expect(unitsInTwoVariants({ units: 0, multipleVariants: 0 })).toEqual(NO_UNITS);
    expect(() => unitsInTwoVariants({ units: 1, multipleVariants: 2 })).toThrow(
      /^multipleVariants must be at most units/,
    );
    expect(() => unitsInTwoVariants({ units: 0.5, multipleVariants: 0 })).toThrow(/^units /);
  });
});

describe('the pre-period', () => {
  const moments = (values: number[]) =>
    momentsOf(
      values.map((value) => [value]),
      [0],
    );
  const different = { metric: 'spend', control: moments([1, 2, 3, 2]), treatment: moments([11, 12, 13, 12]) };
  const alike = { metric: 'visits', control: moments([1, 2, 3, 2]), treatment: moments([2, 3, 1, 1]) };
  const empty = { metric: 'errors', control: moments([0, 0, 0]), treatment: moments([0, 0, 0]) };

  it('is an A/A test of each metric, the least likely first', () => {
    const found = estimated(prePeriod([alike, empty, different]));
    expect(found.status).toBe('broken');
    expect(found.ranked.map(({ metric, status }) => [metric, status])).toEqual([
      ['spend', 'broken'],
      ['visits', 'sound'],
    ]);
    // SciPy 1.17.1, ttest_ind(equal_var=False); one of two.
    expect((found.ranked[0]?.p ?? 0) / 2.373334543896249e-6).toBeCloseTo(1, 10);
    expect(found.ranked[0]?.adjustedP).toBe(2 * (found.ranked[0]?.p ?? 0));
    expect(found.leftOut).toEqual(['errors']);
  });

  it('says nothing where nothing can be compared', () => {
    expect(prePeriod([empty])).toEqual({ kind: 'unknown', reason: 'zero-variance' });
    expect(prePeriod([])).toEqual(NO_UNITS);
    expect(() => prePeriod([alike, { ...alike, control: fromSums(-1, 0, 0) }])).toThrow(/^metrics\[1\]\./);
  });
});

describe('novelty', () => {
  const days = [
    { day: 0, estimate: 0.9, se: 0.1 },
    { day: 1, estimate: 0.7, se: 0.12 },
    { day: 2, estimate: 0.65, se: 0.09 },
    { day: 3, estimate: 0.3, se: 0.2 },
    { day: 4, estimate: 0.35, se: 0.15 },
  ];

  it('is the weighted slope of the effect on the day', () => {
    const found = estimated(novelty(days));
    // NumPy: (XᵀWX)⁻¹XᵀWy and its diagonal.
    expect(found.slope).toBeCloseTo(-0.14228635, 8);
    expect(found.se).toBeCloseTo(0.04064094, 8);
    expect(found.z).toBeCloseTo(-3.5010595747917908, 11);
    expect(found.p / 0.00046341223817039325).toBeCloseTo(1, 10);
    expect(found.first).toBeCloseTo(0.89112098, 8);
    expect(found.last).toBeCloseTo(0.89112098 - 4 * 0.14228635, 7);
    expect(found.status).toBe('suspect');
  });

  it('does not depend on the order or the first day, and scales with the unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.constantFrom(1e-100, 0.01, 1e100),
        (shift, unit) => {
          const found = estimated(novelty(days));
          const moved = [...days].reverse().map(({ day, estimate, se }) => {
            return { day: day + shift, estimate: estimate * unit, se: se * unit };
          });
          const other = estimated(novelty(moved));
          expect(other.z).toBeCloseTo(found.z, 9);
          expect(other.slope / unit).toBeCloseTo(found.slope, 9);
          expect(other.first / unit).toBeCloseTo(found.first, 9);
        },
      ),
    );
  });

  it('is sound for a steady effect, and needs two days', () => {
    expect(novelty(days.map((day) => ({ ...day, estimate: 0.7 })))).toMatchObject({
      status: 'sound',
      slope: expect.closeTo(0, 15),
    });
    expect(novelty(days.slice(0, 1))).toEqual({ kind: 'unknown', reason: 'one-segment' });
    expect(() => novelty([...days, { day: 2, estimate: 1, se: 1 }])).toThrow(/^days\[5\]\.day/);
    expect(() => novelty([{ day: 1, estimate: 1, se: 0 }])).toThrow(/^days\[0\]\.se/);
  });
});

describe('full weeks', () => {
  it('are none before the seventh day is over', () => {
    expect(fullWeeks(6.99)).toMatchObject({ status: 'suspect', weeks: 0 });
    expect(fullWeeks(7)).toMatchObject({ status: 'sound', weeks: 1, daysBeyond: 0 });
    expect(fullWeeks(0)).toMatchObject({ status: 'suspect' });
    expect(() => fullWeeks(-1)).toThrow(/^days /);
  });
});

describe('Twyman’s law', () => {
  const usual = { z: 3, lift: 0.1, minimumDetectableLift: 0.05 };

  it.each([
    ['nothing unusual', usual, 'sound'],
    ['z = 8', { ...usual, z: -8 }, 'sound'],
    ['z beyond 8', { ...usual, z: -8.01 }, 'suspect'],
    ['ten detectable lifts', { ...usual, lift: 0.5 }, 'sound'],
    ['more than ten detectable lifts', { ...usual, lift: -0.51 }, 'suspect'],
    ['no plan', { ...usual, lift: 100, minimumDetectableLift: null }, 'sound'],
    ['no lift', { z: 9, lift: null, minimumDetectableLift: 0.05 }, 'suspect'],
  ])('%s', (_, effect, status) => {
    expect(twyman(effect)).toMatchObject({ kind: 'estimate', status });
  });

  it('names a figure that is none', () => {
    expect(() => twyman({ ...usual, z: Number.NaN })).toThrow(/^z /);
    expect(() => twyman({ ...usual, lift: Infinity })).toThrow(/^lift /);
    expect(() => twyman({ ...usual, minimumDetectableLift: 0 })).toThrow(/^minimumDetectableLift /);
  });
});

describe('one dominant unit', () => {
  const moments = (values: readonly number[]) =>
    momentsOf(
      values.map((value) => [value]),
      [values[0] ?? 0],
    );
  const of = (control: readonly number[], treatment: readonly number[], alpha = 0.05) =>
    dominantUnit({
      control: moments(control),
      treatment: moments(treatment),
      largest: { control: Math.max(...control), treatment: Math.max(...treatment) },
      alpha,
    });

  it('is found by its share of the variance, and left out', () => {
    const found = estimated(of([1, 2, 3, 2, 1], [1, 2, 3, 2, 102]));
    // NumPy and SciPy 1.17.1, ttest_ind(equal_var=False) with the unit and without.
    expect(found).toMatchObject({ status: 'suspect', arm: 'treatment', value: 102 });
    expect(found.shareOfVariance).toBeCloseTo(0.7995202878273036, 12);
    expect(found.p).toBeCloseTo(0.3697207690313999, 12);
    expect(found.shareOfDifference).toBeCloseTo((20.2 - 0.2) / 20.2, 12);
    const without = estimated(found.without);
    expect(without.p).toBeCloseTo(0.7291945946224752, 12);
    expect(without.estimate).toBeCloseTo(0.2, 12);
  });

  it('has a share of the difference that agrees with the comparison without it, in either arm', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(numbers, numbers, (control, treatment) => {
        const found = of(control, treatment);
        if (found.kind === 'unknown' || found.without.kind === 'unknown' || found.shareOfDifference === null)
          return;
        const lost = (found.estimate - found.without.estimate) / found.estimate;
        expect(Math.abs(found.shareOfDifference - lost)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(lost)));
        expect(found.shareOfVariance).toBeGreaterThanOrEqual(0);
        expect(found.shareOfVariance).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is not there among many alike, however significant the difference', () => {
    const uniform = uniforms(3);
    const values = Array.from({ length: 400 }, () => uniform());
    expect(
      of(
        values,
        values.map((value) => value + 1),
      ),
    ).toMatchObject({ status: 'sound' });
  });

  it('may be all that varies: then there is nothing without it', () => {
    const found = estimated(of([0, 0, 0, 0], [0, 0, 0, 50]));
    expect(found).toMatchObject({ status: 'suspect', shareOfDifference: 1 });
    expect(found.without).toEqual({ kind: 'unknown', reason: 'zero-variance' });
  });

  it('is one of the arm’s units', () => {
    const arms = { control: moments([1, 2, 3]), treatment: moments([2, 3, 4]), alpha: 0.05 };
    expect(() => dominantUnit({ ...arms, largest: { control: 3, treatment: 40 } })).toThrow(
      /^largest\.treatment must be a value/,
    );
    expect(() => dominantUnit({ ...arms, largest: { control: Number.NaN, treatment: 4 } })).toThrow(
      /^largest\.control/,
    );
    expect(of([], [1, 2])).toEqual(NO_UNITS);
    expect(of([1], [1, 2])).toEqual({ kind: 'unknown', reason: 'one-unit' });
  });
});

describe('capped against raw', () => {
  it('is suspect where the signs differ, and only there', () => {
    for (const [capped, raw, status] of [
      [0.12, -0.4, 'suspect'],
      [-1e-300, 1e-300, 'suspect'],
      [0.12, 0.4, 'sound'],
      [0, -0.4, 'sound'],
    ] as const)
      expect(cappedAgainstRaw({ capped, raw })).toMatchObject({ status });
    expect(() => cappedAgainstRaw({ capped: 1, raw: Number.NaN })).toThrow(/^raw /);
  });
});

describe('weights that change', () => {
  it('are suspect, whatever unit they are written in', () => {
    const found = weightsChanged([
      { epoch: 1, weights: [99, 1] },
      { epoch: 2, weights: [0.99, 0.01] },
      { epoch: 3, weights: [1, 1] },
    ]);
    expect(found).toMatchObject({ status: 'suspect', changes: [{ epoch: 3, to: [0.5, 0.5] }] });
    const same = [1, 10, 1e300].map((unit, epoch) => ({ epoch, weights: [unit, 2 * unit, 0] }));
    expect(weightsChanged(same)).toEqual({ kind: 'estimate', status: 'sound', changes: [] });
    expect(weightsChanged([])).toEqual(NO_UNITS);
    expect(() =>
      weightsChanged([
        { epoch: 1, weights: [1, 1] },
        { epoch: 2, weights: [1] },
      ]),
    ).toThrow(/^epochs\[1\]\.weights/);
    expect(() => weightsChanged([{ epoch: 1, weights: [0, 0] }])).toThrow(
      /^epochs\[0\]\.weights must be above 0/,
    );
  });
});

describe('the drift of shares within an epoch', () => {
  it('is Pearson’s χ² over days and arms', () => {
    const found = estimated(
      shareDrift([
        { day: 'a', units: [500, 500, 100] },
        { day: 'b', units: [420, 580, 110] },
        { day: 'c', units: [510, 490, 95] },
      ]),
    );
    // SciPy 1.17.1, chi2_contingency.
    expect(found.chiSquare).toBeCloseTo(20.48237748430627, 10);
    expect(found.df).toBe(4);
    expect(found.p / 0.00040097794053652015).toBeCloseTo(1, 11);
    expect(found).toMatchObject({ status: 'broken', day: 'b' });
  });

  it('sees weights that were swapped though the totals fit', () => {
    const days = [
      { day: '1', units: [1200, 1000] },
      { day: '2', units: [1000, 1200] },
    ];
    expect(shareDrift(days)).toMatchObject({ status: 'broken' });
    expect(sampleRatioByEpoch([{ epoch: 1, units: [2200, 2200], weights: [1, 1] }])).toMatchObject({
      status: 'sound',
    });
  });

  it('looks at days and arms that have units', () => {
    const days = [
      { day: '1', units: [100, 0, 110] },
      { day: '2', units: [0, 0, 0] },
      { day: '3', units: [104, 0, 99] },
    ];
    expect(shareDrift(days)).toMatchObject({ status: 'sound', df: 1 });
    expect(shareDrift([])).toEqual(NO_UNITS);
    expect(shareDrift(days.slice(1, 2))).toEqual(NO_UNITS);
    expect(shareDrift(days.slice(0, 1))).toEqual({ kind: 'unknown', reason: 'one-segment' });
    expect(shareDrift([{ day: '1', units: [5, 0] }])).toEqual({ kind: 'unknown', reason: 'one-arm' });
    expect(() =>
      shareDrift([
        { day: '1', units: [5, 0] },
        { day: '2', units: [5] },
      ]),
    ).toThrow(/^days\[1\]\.units/);
  });
});

describe('assignment that deviates from its hash', () => {
  const counts = (wrong: number) => [
    { expected: 'control', observed: 'control', units: 5000 },
    { expected: 'control', observed: 'treatment', units: wrong },
    { expected: 'treatment', observed: 'treatment', units: 5000 - wrong },
  ];

  it('is sound without a single deviation, suspect with one, broken with many', () => {
    expect(assignmentDeviation(counts(0))).toMatchObject({ status: 'sound', deviating: 0, ranked: [] });
    expect(assignmentDeviation(counts(1))).toMatchObject({ status: 'suspect', share: 1e-4 });
    expect(assignmentDeviation(counts(101))).toMatchObject({
      status: 'broken',
      ranked: [{ observed: 'treatment' }],
    });
    expect(assignmentDeviation([])).toEqual(NO_UNITS);
    expect(() => assignmentDeviation([{ expected: 'a', observed: 'b', units: -1 }])).toThrow(
      /^counts\[0\]\.units/,
    );
  });
});
