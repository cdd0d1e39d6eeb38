import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaLift, estimateMeans, fiellerLift, varianceOf } from '../../analysis/index.ts';
import { estimated, fromSums, PAIR, uniforms } from './units.ts';

const effect = {
  difference: 0.29,
  control: 0.41,
  differenceVariance: 0.015552,
  controlVariance: 0.004463,
  covariance: -0.004463,
};

/** The figures of a mean's lift from sums. */
function effectOf(control: [number, number, number], treatment: [number, number, number]) {
  const strata = [{ arms: { control: fromSums(...control), treatment: fromSums(...treatment) } }];
  const known = estimated(estimateMeans({ ...PAIR, strata }));
  const { variance, df } = estimated(varianceOf(known, 0));
  const controlVariance = known.parts.reduce((sum, part) => sum + part.control, 0);
  const { difference, control: value } = known;
  return {
    input: {
      difference,
      control: value,
      differenceVariance: variance,
      controlVariance,
      covariance: -controlVariance,
    },
    df,
  };
}

describe('the lift by the delta method', () => {
  it('has GrowthBook’s figures (gbstats), which read it by t with Welch’s degrees of freedom', () => {
    const { input, df } = effectOf([3407, 1396.87, 52377.9767], [3461, 2422.7, 134698.29]);
    const lift = estimated(deltaLift(input, 0.05, df));
    expect(lift.estimate).toBeCloseTo(0.70732, 5);
    expect(lift.se).toBeCloseTo(0.37879, 5);
    expect(lift.p).toBeCloseTo(0.06191, 5);
    expect(lift.ci[0]).toBeCloseTo(-0.03526, 5);
    expect(lift.ci[1]).toBeCloseTo(1.44989, 5);
    // The normal's p of the same z is another in the fifth digit.
    expect(estimated(deltaLift(input, 0.05)).p).toBeCloseTo(0.06186, 5);
  });

  it('has the variance of T/C by first differences, and an interval that excludes 0 exactly when p < α', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (treatment, control, vT, vC) => {
          const input = {
            difference: treatment - control,
            control,
            differenceVariance: vT + vC,
            controlVariance: vC,
            covariance: -vC,
          };
          const lift = estimated(deltaLift(input, 0.05));
          const variance = vT / control ** 2 + (vC * treatment ** 2) / control ** 4;
          expect(lift.se / Math.sqrt(variance)).toBeCloseTo(1, 9);
          expect(lift.ci[0] > 0 || lift.ci[1] < 0).toBe(lift.p < 0.05);
        },
      ),
      { seed: 2018, numRuns: 500 },
    );
  });

  it('covers skewed lifts less often than Fieller’s does', () => {
    const next = uniforms(20);
    const spend = () => (next() < 0.1 ? Math.exp(2 - 3 * Math.log(next())) ** 0.5 : 0);
    let [delta, fieller] = [0, 0];
    for (let run = 0; run < 400; run += 1) {
      const arms = [0, 1].map((): [number, number, number] => {
        const values = Array.from({ length: 100 }, spend);
        return [100, values.reduce((s, x) => s + x, 0), values.reduce((s, x) => s + x * x, 0)];
      });
      const { input } = effectOf(arms[0] ?? [0, 0, 0], arms[1] ?? [0, 0, 0]);
      const [low, high] = estimated(deltaLift(input, 0.05)).ci;
      if (low <= 0 && 0 <= high) delta += 1;
      const { ci } = fiellerLift({ ...input, critical: 1.959964 });
      if (ci === null || (ci[0] <= 0 && 0 <= ci[1])) fieller += 1;
    }
    expect(delta).toBeLessThan(fieller - 10);
  });

  it.each([
    ['a control of 0', { ...effect, control: 0 }, 'zero-denominator'],
    ['no variance', { ...effect, differenceVariance: 0, controlVariance: 0, covariance: 0 }, 'zero-variance'],
    ['doubles that end', { ...effect, control: 1e-300, differenceVariance: 1e300 }, 'overflow'],
  ])('is unknown with %s', (_, input, reason) => {
    expect(deltaLift(input, 0.05)).toEqual({ kind: 'unknown', reason });
  });

  it.each([
    ['difference', { ...effect, difference: Number.NaN }],
    ['control', { ...effect, control: Number.POSITIVE_INFINITY }],
    ['differenceVariance', { ...effect, differenceVariance: -1 }],
    ['controlVariance', { ...effect, controlVariance: Number.NaN }],
    ['covariance', { ...effect, covariance: Number.NaN }],
  ])('names %s when it is malformed, as Fieller’s does', (field, input) => {
    expect(() => deltaLift(input, 0.05)).toThrow(`${field} must be `);
    expect(() => fiellerLift({ ...input, critical: 1.96 })).toThrow(`${field} must be `);
  });

  it('names α, degrees of freedom and critical values out of range', () => {
    expect(() => deltaLift(effect, 1)).toThrow('alpha must be ');
    expect(() => deltaLift(effect, 0.05, 0)).toThrow('df must be ');
    expect(() => fiellerLift({ ...effect, critical: 0 })).toThrow('critical must be ');
  });
});
