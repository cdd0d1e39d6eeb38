import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUnit,
  armSummary,
  centredMomentsOf,
  emptyMoments,
  type Moments,
  mergeMoments,
  momentsOf,
  subtractMoments,
} from '../../analysis/index.ts';
import { covarianceOf, meanOf } from '../../analysis/moments/index.ts';
import { agreeingDigits, nistUnivariate } from './nist-univariate.ts';
import { estimated } from './units.ts';

const RUNS = { seed: 20_080_401, numRuns: 200 } as const;

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

  it('merge and subtract to the same, in whatever order', () => {
    fc.assert(
      fc.property(moments, moments, moments, (a, b, c) => {
        const all = mergeMoments(mergeMoments(a, b), c);
        expectSame(subtractMoments(subtractMoments(all, b), c), subtractMoments(all, mergeMoments(b, c)));
        expectSame(subtractMoments(mergeMoments(a, b), emptyMoments(centre)), mergeMoments(a, b));
      }),
      RUNS,
    );
  });

  it('are exact where no rounding is, so that merging whole numbers is associative to the bit', () => {
    const whole = fc
      .array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 2 }), {
        maxLength: 20,
      })
      .map((vectors) => momentsOf(vectors, [3, -7]));
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        expect(mergeMoments(mergeMoments(a, b), c)).toEqual(mergeMoments(a, mergeMoments(b, c)));
        expect(subtractMoments(mergeMoments(a, b), b)).toEqual(a);
      }),
      RUNS,
    );
  });

  it('around their own mean say the same of mean and variance as around a frozen centre', () => {
    fc.assert(
      fc.property(
        units.filter(({ length }) => length > 1),
        (vectors) => {
          const own = centredMomentsOf(vectors);
          const frozen = momentsOf(vectors, centre);
          for (const i of [0, 1, 2]) {
            const form = [0, 0, 0].map((_, j) => Number(i === j));
            expect(Math.abs(meanOf(own, form) - meanOf(frozen, form))).toBeLessThanOrEqual(1e-11);
            const [left, right] = [own, frozen].map((of) => covarianceOf(of, form, form));
            expect(Math.abs((left ?? 0) - (right ?? 0))).toBeLessThanOrEqual(1e-13 * 1e6 * vectors.length);
          }
        },
      ),
      RUNS,
    );
  });

  it('are summed with compensation: a thousand small terms beside a large one keep their digits', () => {
    const values = [[1e16], ...Array.from({ length: 1000 }, () => [1]), [-1e16]];
    expect(momentsOf(values, [0]).sums).toEqual([1000]);
    expect(values.reduce((sum, unit) => addUnit(sum, unit), emptyMoments([0])).sums).toEqual([0]);
  });

  it('around their own mean do not overflow where only the sum of the values would', () => {
    expect(centredMomentsOf([[1.5e308], [1.5e308]])).toMatchObject({ n: 2, centre: [1.5e308], sums: [0] });
    expect(centredMomentsOf([], 2)).toEqual(emptyMoments([0, 0]));
    expect(() => centredMomentsOf([[1], [1, 2]])).toThrow('unit must be of length 1.');
    expect(() => centredMomentsOf([[Number.NaN]])).toThrow('unit[0] must be a finite number.');
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
      // One by one, without the compensation of momentsOf.
      const oneByOne = (order: number[]) => order.reduce((sum, x) => addUnit(sum, [x]), emptyMoments([0]));
      const together = oneByOne(values);
      const backwards = oneByOne(values.toReversed());
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

/** What doubles allow: 15 digits, less those that the mean has in common with the values' rounding. */
const LEAST_DIGITS: Readonly<Record<string, number>> = { Mavro: 13, Michelso: 13.8, NumAcc3: 9, NumAcc4: 8 };

describe('NIST’s univariate sets', () => {
  it.each(nistUnivariate)('$name', ({ name, values, mean, sd }) => {
    const { length } = values;
    const vectors = values.map((value) => [value]);
    const summary = estimated(armSummary(centredMomentsOf(vectors), 'mean'));
    expect(summary.units).toBe(length);
    expect(agreeingDigits(summary.mean, mean)).toBe(15);
    expect(agreeingDigits(summary.sd, sd)).toBeGreaterThanOrEqual(LEAST_DIGITS[name] ?? 14.8);
    // Around a centre that was frozen before the data were known, a spread or so away.
    const frozen = estimated(armSummary(momentsOf(vectors, [Math.floor(Number(mean))]), 'mean'));
    expect(agreeingDigits(frozen.mean, mean)).toBeGreaterThanOrEqual(14.8);
    expect(agreeingDigits(frozen.sd, sd)).toBeGreaterThanOrEqual(Math.min(LEAST_DIGITS[name] ?? 13.5, 12.5));
  });
});

describe('an arm by itself', () => {
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
