import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRatioChiSquare } from '../../analysis/index.ts';
import { estimated } from './units.ts';

describe('the sample ratio', () => {
  it('is perfect where units are as the weights say', () => {
    const ratio = estimated(sampleRatioChiSquare({ units: [100, 200, 300], weights: [1, 2, 3] }));
    expect(ratio).toEqual({ kind: 'estimate', chiSquare: 0, df: 2, p: 1, expected: [100, 200, 300] });
  });

  it('depends on nothing but the proportions of the weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 100 })), {
          minLength: 2,
          maxLength: 5,
        }),
        fc.constantFrom(1e-200, 0.01, 7, 1e200),
        (arms, scale) => {
          const units = arms.map(([count]) => count);
          const weights = arms.map(([, weight]) => weight);
          const base = estimated(sampleRatioChiSquare({ units, weights }));
          const scaled = estimated(
            sampleRatioChiSquare({ units, weights: weights.map((weight) => scale * weight) }),
          );
          expect(Math.abs(scaled.p - base.p)).toBeLessThanOrEqual(1e-9 * base.p);
          expect(base.expected.reduce((sum, each) => sum + each, 0)).toBeCloseTo(
            units.reduce((sum, each) => sum + each, 0),
            6,
          );
        },
      ),
      { seed: 1900, numRuns: 200 },
    );
  });

  it('does not mind the order of the arms, and is the less likely the further two arms are from their weights', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1e6 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (total, share, one, other) => {
          const pOf = (treatment: number) =>
            estimated(
              sampleRatioChiSquare({ units: [total - treatment, treatment], weights: [1 - share, share] }),
            ).p;
          const from = Math.ceil(total * share);
          const [near, far] = [Math.min(one, other), Math.max(one, other)].map(
            (way) => from + Math.floor(way * (total - from)),
          );
          expect(pOf(far ?? from)).toBeLessThanOrEqual(pOf(near ?? from) * (1 + 1e-12));
          const swapped = sampleRatioChiSquare({
            units: [near ?? from, total - (near ?? from)],
            weights: [share, 1 - share],
          });
          const p = pOf(near ?? from);
          expect(Math.abs(estimated(swapped).p - p)).toBeLessThanOrEqual(1e-9 * p);
        },
      ),
      { seed: 1901, numRuns: 200 },
    );
  });

  it('gives arms of weight 0 no degree of freedom', () => {
    const without = estimated(sampleRatioChiSquare({ units: [1000, 1200], weights: [0.5, 0.5] }));
    const withEmpty = estimated(sampleRatioChiSquare({ units: [1000, 0, 1200], weights: [0.5, 0, 0.5] }));
    expect([withEmpty.df, withEmpty.p]).toEqual([without.df, without.p]);
    expect(withEmpty.expected).toEqual([1100, 0, 1100]);
  });

  it('is impossible where an arm of weight 0 has a unit', () => {
    const ratio = estimated(sampleRatioChiSquare({ units: [1000, 1, 1000], weights: [0.5, 0, 0.5] }));
    expect([ratio.chiSquare, ratio.p]).toEqual([null, 0]);
    const single = estimated(sampleRatioChiSquare({ units: [1000, 1], weights: [1, 0] }));
    expect([single.chiSquare, single.df, single.p]).toEqual([null, 0, 0]);
  });

  it('does not excuse a small weight', () => {
    expect(estimated(sampleRatioChiSquare({ units: [99_000, 1_400], weights: [0.99, 0.01] })).p).toBeLessThan(
      1e-10,
    );
  });

  it('is unknown without units or with a single arm', () => {
    expect(sampleRatioChiSquare({ units: [0, 0], weights: [1, 1] })).toEqual({
      kind: 'unknown',
      reason: 'no-units',
    });
    expect(sampleRatioChiSquare({ units: [10, 0], weights: [1, 0] })).toEqual({
      kind: 'unknown',
      reason: 'one-arm',
    });
  });

  it.each([
    ['weights', [1, 2], [1]],
    ['units[1]', [1, 1.5], [1, 1]],
    ['units[0]', [-1, 1], [1, 1]],
    ['weights[0]', [1, 1], [-1, 1]],
    ['weights[1]', [1, 1], [1, Number.NaN]],
    ['weights', [1, 1], [0, 0]],
  ])('names %s when it is malformed', (field, units, weights) => {
    expect(() => sampleRatioChiSquare({ units, weights })).toThrow(`${field} must be `);
  });
});
