import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf } from '../../analysis/index.ts';
import {
  compareQuantiles,
  estimateClusteredQuantile,
  estimateQuantile,
  quantileClustering,
  quantileRank,
  summarizedQuantile,
  withClustering,
} from '../../analysis/quantiles/index.ts';
import { normalQuantile } from '../../analysis/special/index.ts';
import { estimated, uniforms } from './units.ts';

const RUNS = { seed: 2018, numRuns: 200 };

/** A quantile of .9 of two arms, with all digits of the test suite of gbstats. */
const GBSTATS = {
  control: { n: 11054, value: 7.157987489967789, lower: 7.098780136176828, upper: 7.217194843758751 },
  treatment: { n: 10861, value: 7.694499927525767, lower: 7.64180598628119, upper: 7.747193868770344 },
};

const number = fc.double({ min: -1000, max: 1000, noNaN: true });
const quantile = fc.constantFrom(0.3, 0.5, 0.75);
const sample = fc.array(number, { minLength: 30, maxLength: 80 });
const clusters = fc.array(fc.array(number, { minLength: 1, maxLength: 5 }), { minLength: 30, maxLength: 60 });

describe('the difference of quantiles', () => {
  it('is that of gbstats to ten digits', () => {
    const [control, treatment] = [GBSTATS.control, GBSTATS.treatment].map((arm) =>
      estimated(summarizedQuantile({ quantile: 0.9, ...arm })),
    );
    if (control === undefined || treatment === undefined) throw new Error('an arm is missing');
    const { absolute } = estimated(compareQuantiles({ control, treatment, alpha: 0.05 }));
    expect(absolute.estimate).toBeCloseTo(0.5365124375579775, 12);
    expect(absolute.ci[0]).toBeCloseTo(0.4572559589115422, 10);
    expect(absolute.ci[1]).toBeCloseTo(0.6157689162044128, 10);
  });

  it('changes its sign with the arms, and its test agrees with both intervals', () => {
    const arm = fc.record({
      value: fc.double({ min: 5, max: 20, noNaN: true }),
      se: fc.double({ min: 0.01, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(arm, arm, (control, treatment) => {
        const there = estimated(compareQuantiles({ control, treatment, alpha: 0.05 }));
        const back = estimated(compareQuantiles({ control: treatment, treatment: control, alpha: 0.05 }));
        expect(back.absolute.estimate).toBe(-there.absolute.estimate);
        expect(back.p).toBe(there.p);
        const rejects = there.p < 0.05;
        expect(there.absolute.ci[0] > 0 || there.absolute.ci[1] < 0).toBe(rejects);
        const lift = there.relative.ci;
        if (lift === null) throw new Error('a control of 5 standard errors has a lift');
        expect(lift[0] > 0 || lift[1] < 0).toBe(rejects);
      }),
      RUNS,
    );
  });

  it('is unknown where ties leave an arm without spread', () => {
    const tied = estimated(estimateQuantile({ values: new Array<number>(100).fill(3), quantile: 0.5 }));
    expect(tied.se).toBe(0);
    const free = { value: 4, se: 1 };
    const none = { kind: 'unknown', reason: 'zero-variance' };
    expect(compareQuantiles({ control: tied, treatment: free, alpha: 0.05 })).toEqual(none);
    expect(compareQuantiles({ control: free, treatment: tied, alpha: 0.05 })).toEqual(none);
  });

  it('gives no number where doubles end', () => {
    const overflow = { kind: 'unknown', reason: 'overflow' };
    const arm = { value: 1, se: 1e-310 };
    expect(compareQuantiles({ control: arm, treatment: { value: 2, se: 1e-310 }, alpha: 0.05 })).toEqual(
      overflow,
    );
    expect(compareQuantiles({ control: { value: 0, se: 1e200 }, treatment: arm, alpha: 0.05 })).toEqual(
      overflow,
    );
    const wide = { n: 100, value: 0, lower: -1.7e308, upper: 1.7e308, quantile: 0.5 };
    expect(summarizedQuantile(wide)).toEqual(overflow);
  });
});

describe('a quantile by order statistics', () => {
  it.each([
    [100, 0.9, 90],
    [100, 0.07, 7],
    [100, 0.071, 8],
    [3, 0.5, 2],
    [1, 0.01, 1],
    [10, 1, 10],
    [1e15, 0.5, 5e14],
    [10, 0, null],
    [10, 1.0001, null],
  ])('of %d values at level %d has rank %s', (n, level, rank) => {
    expect(quantileRank(n, level)).toBe(rank);
  });

  it('is the inverse of the empirical distribution function, as numpy’s "inverted_cdf" is', () => {
    // numpy 2.4: quantile([...], [.25, .5, .9], method='inverted_cdf')
    const values = [3.1, -2, 8.25, 4, 4, 15.5, 0.1, 9, 7, 6.5, 5, 2.2];
    const at = (level: number) => [...values].sort((a, b) => a - b)[(quantileRank(12, level) ?? 0) - 1];
    expect([at(0.25), at(0.5), at(0.9)]).toEqual([2.2, 4, 9]);
    expect(estimated(estimateQuantile({ values, quantile: 0.5 })).value).toBe(4);
  });

  it('is the same from values and from the order statistics that a store found', () => {
    fc.assert(
      fc.property(sample, quantile, (values, level) => {
        const own = estimated(estimateQuantile({ values, quantile: level }));
        expect(estimated(summarizedQuantile({ ...own, quantile: level }))).toEqual(own);
        expect(values).toContain(own.value);
        expect(own.lower <= own.value && own.value <= own.upper).toBe(true);
      }),
      RUNS,
    );
  });

  it('scales and shifts with the values, whatever their order', () => {
    fc.assert(
      fc.property(sample, quantile, fc.constantFrom(0.25, 2, 1024), (values, level, scale) => {
        const base = estimated(estimateQuantile({ values, quantile: level }));
        const scaled = estimated(
          estimateQuantile({ values: values.map((v) => v * scale).reverse(), quantile: level }),
        );
        expect([scaled.value, scaled.lower, scaled.upper]).toEqual(
          [base.value, base.lower, base.upper].map((v) => v * scale),
        );
        expect(scaled.se).toBeCloseTo(base.se * scale, 8);
        const shifted = estimated(estimateQuantile({ values: values.map((v) => v + 64), quantile: level }));
        expect(shifted.value).toBe(base.value + 64);
        expect(shifted.se).toBeCloseTo(base.se, 8);
      }),
      RUNS,
    );
  });

  it('is unknown where a rank lies outside', () => {
    const tooFew = { kind: 'unknown', reason: 'too-few-units' };
    const values = Array.from({ length: 34 }, (_, i) => i);
    // n ≤ z²·.9/.1 = 34.57
    expect(estimateQuantile({ values, quantile: 0.9 })).toEqual(tooFew);
    expect(estimateQuantile({ values, quantile: 0.1 })).toEqual(tooFew);
    expect(estimated(estimateQuantile({ values: [...values, 34], quantile: 0.9 })).upper).toBe(34);
    const bounds = { value: 5, lower: 4, upper: 6, quantile: 0.9 };
    expect(summarizedQuantile({ n: 34, ...bounds })).toEqual(tooFew);
    expect(summarizedQuantile({ n: 35, ...bounds }).kind).toBe('estimate');
    expect(estimateQuantile({ values: [], quantile: 0.5 })).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(summarizedQuantile({ n: 0, ...bounds })).toEqual({ kind: 'unknown', reason: 'no-units' });
  });

  it('has intervals that hold the true quantile in 95 of 100 samples', () => {
    const uniform = uniforms(90);
    const [runs, n, level] = [1000, 2500, 0.9];
    const truth = -Math.log(1 - level);
    let [byZ, byRanks, variance] = [0, 0, 0];
    const found: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const values = Array.from({ length: n }, () => -Math.log(uniform()));
      const { value, lower, upper, se } = estimated(estimateQuantile({ values, quantile: level }));
      if (Math.abs(value - truth) <= 1.959964 * se) byZ += 1;
      if (lower <= truth && truth <= upper) byRanks += 1;
      variance += (se * se) / runs;
      found.push(value);
    }
    const mean = found.reduce((sum, v) => sum + v / runs, 0);
    const actual = found.reduce((sum, v) => sum + (v - mean) ** 2 / (runs - 1), 0);
    // Three binomial standard errors.
    expect(Math.abs(byRanks / runs - 0.95)).toBeLessThan(0.0207);
    expect(Math.abs(byZ / runs - 0.95)).toBeLessThan(0.0207);
    // Three standard errors of the ratio of a variance over 1000 runs.
    expect(Math.abs(variance / actual - 1)).toBeLessThan(0.134);
  });
});

describe('clustered values', () => {
  it('are as independent ones where each unit has one', () => {
    fc.assert(
      fc.property(sample, quantile, (values, level) => {
        fc.pre(new Set(values).size === values.length);
        const independent = estimated(estimateQuantile({ values, quantile: level }));
        const units = values.map((value) => [value]);
        const clustered = estimated(estimateClusteredQuantile({ units, quantile: level }));
        expect(clustered.varianceRatio).toBeCloseTo(1, 10);
        expect(clustered.se).toBeCloseTo(independent.se, 8);
      }),
      RUNS,
    );
  });

  it('have a variance ratio of m where m values of a unit are the same, but for n − 1', () => {
    const uniform = uniforms(4);
    const singles = Array.from({ length: 1000 }, () => uniform());
    const units = singles.map((value) => [value, value, value, value]);
    const { varianceRatio } = estimated(estimateClusteredQuantile({ units, quantile: 0.9 }));
    expect(varianceRatio).toBeCloseTo((4 * 3999) / (4 * 999), 9);
  });

  it('have the ratio of the delta method, by hand', () => {
    // I = 1 0 2 1 of M = 1 1 2 3: ν = 4/7, s² of I − ν·M = 86/147, over 4·(7/4)²; by ν(1 − ν)/6.
    const moments = momentsOf(
      [
        [1, 1],
        [0, 1],
        [2, 2],
        [1, 3],
      ],
      [0, 1],
    );
    const { varianceRatio, share } = estimated(quantileClustering(moments));
    expect(share).toBeCloseTo(4 / 7, 14);
    expect(varianceRatio).toBeCloseTo(86 / 147 / 12.25 / (12 / 49 / 6), 13);
    const estimate = { n: 7, value: 1, lower: 0, upper: 2, se: 2 };
    expect(estimated(withClustering(estimate, moments)).se).toBeCloseTo(2 * Math.sqrt(varianceRatio), 13);
  });

  it('do not depend on the order of units, of their values, or on empty units', () => {
    fc.assert(
      fc.property(clusters, quantile, (units, level) => {
        const base = estimateClusteredQuantile({ units, quantile: level });
        const turned = [[], ...units.map((unit) => [...unit].reverse()).reverse()];
        const other = estimateClusteredQuantile({ units: turned, quantile: level });
        expect(other.kind).toBe(base.kind);
        if (base.kind === 'unknown' || other.kind === 'unknown') return;
        expect(other.value).toBe(base.value);
        expect(other.se).toBeCloseTo(base.se, 8);
      }),
      RUNS,
    );
  });

  it('have intervals that hold the true quantile in 95 of 100 samples, where independence would in far fewer', () => {
    const uniform = uniforms(2024);
    const normal = () => normalQuantile(uniform());
    const runs = 600;
    // A standard normal value: √.6 of it the unit's own, with 1 to 9 values a unit.
    const truth = 1.2815515655446004;
    let [covered, naive] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const units = Array.from({ length: 400 }, () => {
        const own = normal() * Math.sqrt(0.6);
        return Array.from({ length: 1 + Math.floor(uniform() * 9) }, () => own + normal() * Math.sqrt(0.4));
      });
      const { value, se, varianceRatio } = estimated(estimateClusteredQuantile({ units, quantile: 0.9 }));
      if (Math.abs(value - truth) <= 1.959964 * se) covered += 1;
      if (Math.abs(value - truth) <= (1.959964 * se) / Math.sqrt(varianceRatio)) naive += 1;
    }
    // Three binomial standard errors are 2.7 %.
    expect(Math.abs(covered / runs - 0.95)).toBeLessThan(0.027);
    expect(naive / runs).toBeLessThan(0.88);
  });

  it('are unknown with one unit, or no value on one side', () => {
    const moments = (units: number[][]) => momentsOf(units, [0, 0]);
    const reason = (units: number[][]) => quantileClustering(moments(units));
    expect(reason([])).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(reason([[1, 2]])).toEqual({ kind: 'unknown', reason: 'one-unit' });
    expect(
      reason([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ kind: 'unknown', reason: 'zero-denominator' });
    expect(
      reason([
        [2, 2],
        [1, 1],
      ]),
    ).toEqual({ kind: 'unknown', reason: 'all-events' });
    expect(
      reason([
        [0, 2],
        [0, 1],
      ]),
    ).toEqual({ kind: 'unknown', reason: 'no-events' });
  });
});

describe('bad input', () => {
  const bounds = { n: 100, value: 5, lower: 4, upper: 6, quantile: 0.5 };
  it.each([
    ['quantile', () => estimateQuantile({ values: [1], quantile: 1 })],
    ['boundsAlpha', () => estimateQuantile({ values: [1], quantile: 0.5, boundsAlpha: 0 })],
    ['values[1]', () => estimateQuantile({ values: [1, Number.NaN], quantile: 0.5 })],
    ['units[1][0]', () => estimateClusteredQuantile({ units: [[1], [1 / 0]], quantile: 0.5 })],
    ['n', () => summarizedQuantile({ ...bounds, n: 1.5 })],
    ['lower', () => summarizedQuantile({ ...bounds, lower: 5.5 })],
    ['upper', () => summarizedQuantile({ ...bounds, upper: 4.5 })],
    ['upper', () => summarizedQuantile({ ...bounds, upper: Number.POSITIVE_INFINITY })],
    [
      'moments.sums[0]',
      () =>
        quantileClustering(
          momentsOf(
            [
              [2, 1],
              [3, 1],
            ],
            [0, 0],
          ),
        ),
    ],
    [
      'moments.sums[1]',
      () =>
        quantileClustering(
          momentsOf(
            [
              [2, -1],
              [3, -1],
            ],
            [0, 0],
          ),
        ),
    ],
    [
      'control.se',
      () => compareQuantiles({ control: { value: 1, se: -1 }, treatment: { value: 1, se: 1 }, alpha: 0.05 }),
    ],
    [
      'alpha',
      () => compareQuantiles({ control: { value: 1, se: 1 }, treatment: { value: 1, se: 1 }, alpha: 1 }),
    ],
  ])('names %s', (field, call) => {
    expect(call).toThrow(`${field} must be `);
  });
});
