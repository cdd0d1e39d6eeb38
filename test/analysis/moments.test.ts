import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUnit,
  armSummary,
  emptyMoments,
  type Moments,
  mergeMoments,
  momentsOf,
  subtractMoments,
} from '../../analysis/index.ts';
import { estimated } from './units.ts';

const RUNS = { seed: 20_080_401, numRuns: 200 } as const;

/** Michelson's hundred measurements of 1879, in km/s above 299 000. */
const MICHELSON = [
  850, 740, 900, 1070, 930, 850, 950, 980, 980, 880, 1000, 980, 930, 650, 760, 810, 1000, 1000, 960, 960, 960,
  940, 960, 940, 880, 800, 850, 880, 900, 840, 830, 790, 810, 880, 880, 830, 800, 790, 760, 800, 880, 880,
  880, 860, 720, 720, 620, 860, 970, 950, 880, 910, 850, 870, 840, 840, 850, 840, 840, 840, 890, 810, 810,
  820, 800, 770, 760, 740, 750, 760, 910, 920, 890, 860, 880, 720, 840, 850, 850, 780, 890, 840, 780, 810,
  760, 810, 790, 810, 820, 850, 870, 870, 810, 740, 810, 940, 950, 800, 810, 870,
];

const DIMENSION = 3;
const centre = [5, -1, 0.25];
const units = fc.array(
  fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: DIMENSION, maxLength: DIMENSION }),
  { maxLength: 30 },
);
const moments = units.map((vectors) => momentsOf(vectors, centre));

/** Equal up to rounding, relative to the sum of absolute terms: of these sizes at most some 1e3² per unit. */
function expectSame(a: Moments, b: Moments): void {
  expect(a.n).toBe(b.n);
  expect(a.centre).toEqual(b.centre);
  const scale = 1e6 * (1 + a.n) * 1e-13;
  for (const part of ['sums', 'products'] as const) {
    expect(a[part].length).toBe(b[part].length);
    a[part].forEach((value, i) => {
      expect(Math.abs(value - (b[part][i] ?? Number.NaN))).toBeLessThanOrEqual(scale);
    });
  }
}

describe('moments', () => {
  it('hold n, Σ(u − c) and the upper triangle of Σ(u − c)(u − c)ᵀ', () => {
    const two = momentsOf(
      [
        [1, 10],
        [3, 20],
      ],
      [2, 10],
    );
    expect(two).toEqual({ n: 2, centre: [2, 10], sums: [0, 10], products: [2, 10, 100] });
  });

  it('merge commutatively, exactly', () => {
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        expect(mergeMoments(a, b)).toEqual(mergeMoments(b, a));
      }),
      RUNS,
    );
  });

  it('merge associatively up to rounding', () => {
    fc.assert(
      fc.property(moments, moments, moments, (a, b, c) =>
        expectSame(mergeMoments(mergeMoments(a, b), c), mergeMoments(a, mergeMoments(b, c))),
      ),
      RUNS,
    );
  });

  it('have the empty moments as neutral element', () => {
    fc.assert(
      fc.property(moments, (a) => {
        expect(mergeMoments(a, emptyMoments(centre))).toEqual(a);
      }),
      RUNS,
    );
  });

  it('of all units are those of its parts merged, in whatever order', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const together = momentsOf([...b, ...a], centre);
        expectSame(mergeMoments(momentsOf(a, centre), momentsOf(b, centre)), together);
        expectSame(
          b.reduce((sum, unit) => addUnit(sum, unit), momentsOf(a, centre)),
          together,
        );
      }),
      RUNS,
    );
  });

  it('subtract what was merged', () => {
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        const rest = subtractMoments(mergeMoments(a, b), b);
        expectSame(rest, a);
        for (const at of [0, 3, 5]) expect(rest.products[at]).toBeGreaterThanOrEqual(0);
      }),
      RUNS,
    );
  });

  it('leave no negative sum of squares when rounding would', () => {
    const all = momentsOf([[0.1], [0.2], [0.3], [0.7]], [0]);
    let cancelled = 0;
    for (let scale = 1; scale < 200; scale += 1) {
      const values = [0.1 * scale, 0.2, 0.3, 0.7 * scale];
      const together = momentsOf(
        values.map((x) => [x]),
        [0],
      );
      const backwards = momentsOf(
        values.toReversed().map((x) => [x]),
        [0],
      );
      if ((together.products[0] ?? 0) < (backwards.products[0] ?? 0)) cancelled += 1;
      expect(subtractMoments(together, backwards).products[0]).toBeGreaterThanOrEqual(0);
    }
    expect(cancelled).toBeGreaterThan(0);
    expect(subtractMoments(all, all)).toEqual(emptyMoments([0]));
  });

  it('refuse other centres, other dimensions, more units than there are and what is no number', () => {
    const one = momentsOf([[1]], [0]);
    expect(() => mergeMoments(one, momentsOf([[1]], [1]))).toThrow('b.centre must be the centre of a ([0]).');
    expect(() => mergeMoments(one, momentsOf([[1, 2]], [0, 0]))).toThrow('b.centre');
    expect(() => subtractMoments(emptyMoments([0]), one)).toThrow('b.n must be at most a.n (0).');
    expect(() => addUnit(one, [1, 2])).toThrow('unit must be of length 1.');
    expect(() => addUnit(one, [Number.NaN])).toThrow('unit[0] must be a finite number.');
    expect(() => emptyMoments([Number.POSITIVE_INFINITY])).toThrow('centre[0] must be a finite number.');
  });
});

describe('an arm by itself', () => {
  it('reproduces NIST NumAcc3 (mean 1000000.2, sd 0.1) around a frozen centre', () => {
    const series = [[1000000.2]];
    for (let i = 0; i < 500; i += 1) series.push([1000000.1], [1000000.3]);
    for (const frozen of [1000000.2, 1e6, 999_999]) {
      const { mean, sd } = estimated(armSummary(momentsOf(series, [frozen]), 'mean'));
      expect(Math.abs(mean - 1000000.2)).toBeLessThanOrEqual(0.5e-8);
      // The decimals .1 and .3 beside a million are 1.2e-10 off as doubles.
      expect(Math.abs(sd - 0.1)).toBeLessThanOrEqual(2e-10);
    }
  });

  it('reproduces NIST Michelso: the speed of light in air in Mm/s, sd .0790105478190518', () => {
    const arm = momentsOf(
      MICHELSON.map((excess) => [299 + excess / 1000]),
      [299.8],
    );
    const { units, mean, sd } = estimated(armSummary(arm, 'mean'));
    expect(units).toBe(100);
    expect(mean).toBeCloseTo(299.8524, 12);
    expect(Math.abs(sd / 0.0790105478190518 - 1)).toBeLessThan(1e-13);
  });

  it('is a ratio with the delta method’s deviation', () => {
    const summary = estimated(
      armSummary(
        momentsOf(
          [
            [1, 2],
            [2, 2],
            [6, 5],
          ],
          [0, 0],
        ),
        'ratio',
      ),
    );
    // R = 1, b̄ = 3, a − R·b = −1, 0, 1.
    expect(summary.mean).toBe(1);
    expect(summary.sd).toBeCloseTo(1 / 3, 14);
  });

  it('has no answer without units, with one, or with a denominator of 0', () => {
    expect(armSummary(emptyMoments([3]), 'mean')).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(armSummary(momentsOf([[1]], [0]), 'mean')).toEqual({ kind: 'unknown', reason: 'one-unit' });
    const still = momentsOf(
      [
        [1, 0],
        [2, 0],
      ],
      [0, 0],
    );
    expect(armSummary(still, 'ratio')).toEqual({ kind: 'unknown', reason: 'zero-denominator' });
    const huge = momentsOf([[1e200], [-1e200]], [0]);
    expect(() => armSummary(huge, 'mean')).toThrow('moments.products[0] must be a finite number.');
  });

  it('of equal values has a deviation of 0, whatever the centre', () => {
    for (const frozen of [0, 0.1, 7]) {
      const arm = momentsOf(new Array(1000).fill([0.3]), [frozen]);
      expect(estimated(armSummary(arm, 'mean')).sd).toBe(0);
    }
  });
});
