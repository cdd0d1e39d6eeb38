import { describe, expect, it } from 'vitest';
import { type Comparison, compareMeans, compareProportions, type Stratum } from '../../analysis/index.ts';
import { studentTSurvival, studentTUpperQuantile } from '../../analysis/special/index.ts';
import { estimated, PAIR, stratumOf, uniforms } from './units.ts';

type Units = [outcome: number, covariate: number][];

/** Units whose outcome follows the covariate, and a drift of both between strata. */
function arms(seed: number, sizes: Readonly<Record<string, number>>, drift = 0): Record<string, Units> {
  const next = uniforms(seed);
  return Object.fromEntries(
    Object.entries(sizes).map(([variant, size]) => [
      variant,
      Array.from({ length: size }, () => {
        const before = drift + 10 * next();
        return [0.8 * before + 3 * next() + (variant === 'treatment' ? 0.4 : 0), before];
      }),
    ]),
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const covariance = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + (x - mean(a)) * ((b[i] ?? 0) - mean(b)), 0) / (a.length - 1);
const column = (units: Units | undefined, i: 0 | 1) => (units ?? []).map((unit) => unit[i]);

/** θ over all arms of all strata, straight from the units. */
function thetaOf(strata: readonly Record<string, Units>[]): number {
  let [sxy, sxx] = [0, 0];
  for (const units of strata.flatMap((each) => Object.values(each))) {
    const [y, x] = [column(units, 0), column(units, 1)];
    sxy += covariance(x, y) * (y.length - 1);
    sxx += covariance(x, x) * (y.length - 1);
  }
  return sxy / sxx;
}

const compare = (strata: readonly Stratum[]): Comparison =>
  estimated(compareMeans({ ...PAIR, strata, covariate: true }));

describe('CUPED', () => {
  const units = arms(1, { control: 60, treatment: 45, other: 50 });

  it('is Welch’s test of y − θx from the units, θ over all arms', () => {
    const theta = thetaOf([units]);
    const { absolute, p, covariate, unadjusted, method } = compare([stratumOf(units, [5, 5])]);
    const adjusted = (variant: string) =>
      column(units[variant], 0).map((y, i) => y - theta * (column(units[variant], 1)[i] ?? 0));
    const [c, t] = [adjusted('control'), adjusted('treatment')];
    const [vC, vT] = [covariance(c, c) / c.length, covariance(t, t) / t.length];
    const df = (vC + vT) ** 2 / (vC ** 2 / (c.length - 1) + vT ** 2 / (t.length - 1));
    const statistic = (mean(t) - mean(c)) / Math.sqrt(vC + vT);
    expect(method).toBe('welch+cuped');
    expect(covariate?.theta).toBeCloseTo(theta, 12);
    expect(absolute.estimate).toBeCloseTo(mean(t) - mean(c), 12);
    expect(absolute.se).toBeCloseTo(Math.sqrt(vC + vT), 12);
    expect(absolute.df).toBeCloseTo(df, 8);
    expect(p / (2 * studentTSurvival(Math.abs(statistic), df))).toBeCloseTo(1, 10);
    const plain = estimated(compareMeans({ ...PAIR, strata: [stratumOf(units, [5, 5])] }));
    expect(unadjusted).toEqual({ p: plain.p, absolute: plain.absolute, relative: plain.relative });
    expect(covariate?.varianceReduction).toBeCloseTo(1 - (absolute.se / plain.absolute.se) ** 2, 12);
    expect(covariate?.varianceReduction).toBeGreaterThan(0.7);
  });

  it('has a lift over the plain control mean, whose interval is Fieller’s set', () => {
    const { absolute, relative, covariate, p } = compare([stratumOf(units, [5, 5])]);
    const theta = covariate?.theta ?? Number.NaN;
    const [y, x] = [column(units['control'], 0), column(units['control'], 1)];
    const a = mean(y);
    expect(relative.estimate).toBeCloseTo(absolute.estimate / a, 12);
    // At a bound R: (δ − R·a)² = c²·Var(δ − R·a), Cov(δ, a) = −(s²y − θ·sxy)/n.
    const critical = studentTUpperQuantile(0.025, absolute.df ?? Number.NaN);
    const shared = -(covariance(y, y) - theta * covariance(x, y)) / y.length;
    for (const bound of relative.ci ?? [Number.NaN]) {
      const variance = absolute.se ** 2 - 2 * bound * shared + (bound ** 2 * covariance(y, y)) / y.length;
      expect((absolute.estimate - bound * a) ** 2 / (critical ** 2 * variance)).toBeCloseTo(1, 9);
    }
    expect(relative.ci !== null && relative.ci[0] > 0).toBe(p < 0.05);
  });

  it('has one θ over all strata, centred within arm and stratum', () => {
    const later = arms(2, { control: 30, treatment: 70, other: 20 }, 50);
    const { covariate, absolute } = compare([stratumOf(units, [5, 5]), stratumOf(later, [50, 50])]);
    const theta = thetaOf([units, later]);
    expect(covariate?.theta).toBeCloseTo(theta, 12);
    const difference = (from: Record<string, Units>) =>
      mean(column(from['treatment'], 0)) -
      mean(column(from['control'], 0)) -
      theta * (mean(column(from['treatment'], 1)) - mean(column(from['control'], 1)));
    expect(absolute.estimate).toBeCloseTo((105 * difference(units) + 100 * difference(later)) / 205, 11);
  });

  it('is unmoved by a shift of the covariate and scales θ against its scale', () => {
    const moved = Object.fromEntries(
      Object.entries(units).map(([variant, each]) => [variant, each.map(([y, x]) => [y, 4 * (x + 1000)])]),
    );
    const [before, after] = [compare([stratumOf(units, [5, 5])]), compare([stratumOf(moved, [5, 4000])])];
    expect(after.p / before.p).toBeCloseTo(1, 8);
    expect(after.absolute.estimate).toBeCloseTo(before.absolute.estimate, 10);
    expect(4 * (after.covariate?.theta ?? 0)).toBeCloseTo(before.covariate?.theta ?? Number.NaN, 10);
  });

  it('leaves the plain figures standing alone where the covariate does not vary, or leaves no variance', () => {
    const flat = Object.fromEntries(
      Object.entries(units).map(([variant, each]) => [variant, each.map(([y]) => [y, 0])]),
    );
    const comparison = compare([stratumOf(flat, [5, 0])]);
    expect(comparison.method).toBe('welch');
    expect([comparison.covariate, comparison.unadjusted]).toEqual([null, null]);
    const same = {
      control: [
        [1, 1],
        [2, 2],
        [4, 4],
      ],
      treatment: [
        [1, 1],
        [3, 3],
        [6, 6],
      ],
    };
    expect(compare([stratumOf(same, [0, 0])]).method).toBe('welch');
  });

  it('of a proportion measures what it saves against the means, not against the pooled score', () => {
    const next = uniforms(5);
    const visits = (n: number, lift: number) =>
      Array.from({ length: n }, () => {
        const before = next();
        return [next() < 0.6 * before + lift ? 1 : 0, before];
      });
    const stratum = stratumOf({ control: visits(400, 0), treatment: visits(300, 0.3) }, [0, 0.5]);
    const proportion = estimated(compareProportions({ ...PAIR, strata: [stratum], covariate: true }));
    const asMean = compare([stratum]);
    expect(proportion.covariate).toEqual(asMean.covariate);
    expect(proportion.absolute).toEqual(asMean.absolute);
  });

  it('falls back to the score test where every unit of an arm is alike', () => {
    const stratum = stratumOf(
      {
        control: [
          [0, 1],
          [0, 2],
          [0, 4],
        ],
        treatment: [
          [1, 3],
          [1, 1],
          [1, 7],
        ],
      },
      [0, 0],
    );
    const comparison = estimated(compareProportions({ ...PAIR, strata: [stratum], covariate: true }));
    expect(comparison.method).toBe('score+newcombe');
    expect(comparison.absolute.statistic).toBeCloseTo(Math.sqrt(6), 12);
  });
});
