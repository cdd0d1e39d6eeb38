import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Comparison,
  compareMeans,
  compareRatios,
  covariateCoefficients,
  estimateMeans,
  momentsOf,
  type Stratum,
  withMissingIndicator,
} from '../../analysis/index.ts';
import { estimated, PAIR, stratumOf, uniforms } from './units.ts';

type Unit = readonly [outcome: number, covariate: number | null];

const CONTROL: readonly Unit[] = [
  [3, 1],
  [5, 2],
  [4.5, 3],
  [9, 7],
  [2, null],
  [4, null],
  [6, 4],
];
const TREATMENT: readonly Unit[] = [
  [4, 1],
  [7, 2],
  [9, 4],
  [5, null],
  [3, null],
  [12, 6],
];

const known = (units: readonly Unit[]) => units.flatMap(([y, x]) => (x === null ? [] : [[y, x]]));
const marked = (units: readonly Unit[]) => units.map(([y, x]) => withMissingIndicator(y, x));
const compare = (
  strata: readonly Stratum[],
  slopes: 'common' | 'per-arm' = 'common',
  covariate = true,
): Comparison => estimated(compareMeans({ ...PAIR, strata, covariate, slopes }));

// statsmodels 0.15.0, OLS of y on 1, arm and centred covariates (and their products with the arm).
describe('one θ for all arms', () => {
  it('is the regression’s slope, also of two covariates', () => {
    const one = compare([stratumOf({ control: known(CONTROL), treatment: known(TREATMENT) }, [0, 0])]);
    expect(one.absolute.estimate).toBeCloseTo(2.6752433936022086, 12);
    expect(one.covariate?.theta).toBeCloseTo(1.1682892906815014, 12);
    const two = compare([stratumOf({ control: marked(CONTROL), treatment: marked(TREATMENT) }, [0, 0, 0])]);
    expect(two.absolute.estimate).toBeCloseTo(2.1548418024928093, 12);
    expect(two.covariate?.thetas[0]).toBeCloseTo(1.163470757430489, 12);
    expect(two.covariate?.thetas[1]).toBeCloseTo(0.6474113135186951, 12);
  });

  it('takes nothing off by an indicator that no unit has, nor by a covariate said twice', () => {
    const all = (units: readonly Unit[]) => units.filter(([, x]) => x !== null);
    const plain = compare([stratumOf({ control: known(CONTROL), treatment: known(TREATMENT) }, [0, 0])]);
    const idle = compare([
      stratumOf({ control: marked(all(CONTROL)), treatment: marked(all(TREATMENT)) }, [0, 0, 0]),
    ]);
    expect(idle.absolute).toEqual(plain.absolute);
    const twice = (units: readonly Unit[]) => known(units).map(([y = 0, x = 0]) => [y, x, 3 * x + 1]);
    const doubled = compare([stratumOf({ control: twice(CONTROL), treatment: twice(TREATMENT) }, [0, 0, 0])]);
    expect(doubled.absolute.estimate).toBeCloseTo(plain.absolute.estimate, 12);
    expect(doubled.absolute.se).toBeCloseTo(plain.absolute.se, 12);
    expect(doubled.covariate?.thetas[1]).toBe(0);
  });

  it('does not mind which constant stands for a missing pre-period', () => {
    const filled = (units: readonly Unit[]) => units.map(([y, x]) => [y, x ?? 5, x === null ? 1 : 0]);
    for (const slopes of ['common', 'per-arm'] as const) {
      const zero = compare(
        [stratumOf({ control: marked(CONTROL), treatment: marked(TREATMENT) }, [0, 0, 0])],
        slopes,
      );
      const five = compare(
        [stratumOf({ control: filled(CONTROL), treatment: filled(TREATMENT) }, [0, 0, 0])],
        slopes,
      );
      expect(five.absolute.estimate).toBeCloseTo(zero.absolute.estimate, 10);
      expect(five.absolute.se).toBeCloseTo(zero.absolute.se, 10);
    }
  });

  it('solves the normal equations: what is left does not vary with any covariate', () => {
    const number = fc.integer({ min: -50, max: 50 });
    const unit = fc.tuple(number, number, number, number);
    fc.assert(
      fc.property(fc.array(unit, { minLength: 8, maxLength: 30 }), (units) => {
        const moments = momentsOf(units, [0, 0, 0, 0]);
        const forms = [
          [0, 1],
          [0, 0, 1],
          [0, 0, 0, 1],
        ];
        const thetas = covariateCoefficients([moments], [1], forms);
        fc.pre(thetas !== null);
        const mean = [0, 1, 2, 3].map((i) => units.reduce((s, u) => s + (u[i] ?? 0), 0) / units.length);
        const centred = units.map((u) => u.map((x, i) => x - (mean[i] ?? 0)));
        for (const i of [1, 2, 3]) {
          const rest = centred.reduce((sum, u) => {
            const left = (u[0] ?? 0) - (thetas ?? []).reduce((s, t, k) => s + t * (u[k + 1] ?? 0), 0);
            return sum + left * (u[i] ?? 0);
          }, 0);
          expect(Math.abs(rest)).toBeLessThan(1e-6);
        }
      }),
      { seed: 2013, numRuns: 300 },
    );
  });

  it('is null where no covariate varies', () => {
    const moments = momentsOf(
      [
        [1, 3],
        [2, 3],
      ],
      [0, 0],
    );
    expect(covariateCoefficients([moments], [1], [[0, 1]])).toBeNull();
  });
});

describe('Lin’s slope per arm', () => {
  it('gives the coefficient of the arm in the interacted regression', () => {
    const one = compare(
      [stratumOf({ control: known(CONTROL), treatment: known(TREATMENT) }, [0, 0])],
      'per-arm',
    );
    expect(one.absolute.estimate).toBeCloseTo(2.6871868670717416, 12);
    const two = compare(
      [stratumOf({ control: marked(CONTROL), treatment: marked(TREATMENT) }, [0, 0, 0])],
      'per-arm',
    );
    expect(two.absolute.estimate).toBeCloseTo(2.1680524464342827, 12);
  });

  it('has the residual variances of both arms and (θT − θC)²s²x/N', () => {
    const [control, treatment] = [known(CONTROL), known(TREATMENT)];
    const mean = (xs: readonly number[]) => xs.reduce((s, x) => s + x, 0) / xs.length;
    const variance = (xs: readonly number[]) =>
      xs.reduce((s, x) => s + (x - mean(xs)) ** 2, 0) / (xs.length - 1);
    const [thetaC, gap] = [0.9433962264150937, 0.5481291973137196];
    const residual = (units: number[][], theta: number) =>
      variance(units.map(([y = 0, x = 0]) => y - theta * x)) / units.length;
    const x = [...control, ...treatment].map(([, before = 0]) => before);
    const expected =
      residual(control, thetaC) + residual(treatment, thetaC + gap) + (gap * gap * variance(x)) / x.length;
    const { absolute } = compare([stratumOf({ control, treatment }, [0, 0])], 'per-arm');
    expect(absolute.se ** 2).toBeCloseTo(expected, 12);
  });

  it('has a covariance with the control’s mean of −(s²y − θC·sxy)/nC + (θT − θC)·sxy/N', () => {
    const [control, treatment] = [known(CONTROL), known(TREATMENT)];
    const [y, x] = [0, 1].map((i) => control.map((unit) => unit[i] ?? 0)) as [number[], number[]];
    const mean = (xs: readonly number[]) => xs.reduce((sum, each) => sum + each, 0) / xs.length;
    const covariance = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, each, i) => sum + (each - mean(a)) * ((b[i] ?? 0) - mean(b)), 0) / (a.length - 1);
    const [thetaC, gap] = [0.9433962264150937, 0.5481291973137196];
    const strata = [stratumOf({ control, treatment }, [0, 0])];
    const estimate = estimated(estimateMeans({ ...PAIR, strata, covariate: true, slopes: 'per-arm' }));
    const shared = estimate.parts.reduce((sum, part) => sum + part.shared, 0);
    const expected =
      (covariance(y, y) - thetaC * covariance(x, y)) / control.length -
      (gap * covariance(x, y)) / (control.length + treatment.length);
    expect(shared).toBeCloseTo(expected, 12);
  });

  it('does not depend on centres, scales with the metric, and mirrors when the arms swap', () => {
    const [control, treatment] = [known(CONTROL), known(TREATMENT)];
    const base = compare([stratumOf({ control, treatment }, [0, 0])], 'per-arm');
    const far = compare([stratumOf({ control, treatment }, [40, -3])], 'per-arm');
    expect(far.absolute.estimate).toBeCloseTo(base.absolute.estimate, 10);
    expect(far.absolute.se).toBeCloseTo(base.absolute.se, 10);
    expect(far.relative.ci?.[0]).toBeCloseTo(base.relative.ci?.[0] ?? Number.NaN, 9);
    const scaled = (units: number[][]) => units.map(([y = 0, x = 0]) => [7 * y, 100 - x / 3]);
    const moved = compare(
      [stratumOf({ control: scaled(control), treatment: scaled(treatment) }, [0, 0])],
      'per-arm',
    );
    expect(moved.absolute.estimate).toBeCloseTo(7 * base.absolute.estimate, 10);
    expect(moved.p).toBeCloseTo(base.p, 10);
    expect(moved.relative.ci?.[1]).toBeCloseTo(base.relative.ci?.[1] ?? Number.NaN, 9);
    const back = compare([stratumOf({ control: treatment, treatment: control }, [0, 0])], 'per-arm');
    expect(back.absolute.estimate).toBeCloseTo(-base.absolute.estimate, 12);
    expect(back.absolute.se).toBeCloseTo(base.absolute.se, 12);
  });

  it('knows its error at unequal splits and slopes, and has a smaller one than one θ', () => {
    // 40 against 360 units, slopes 0.2 and 2: the effect at the mean of x is 1. Over 1500 runs a variance is known to
    // ±3·√(2/1500) = ±11 %; small arms leave its estimate some % low.
    const next = uniforms(2013);
    const draw = (n: number, slope: number, level: number) =>
      Array.from({ length: n }, () => {
        const x = 4 * next();
        return [10 + level + slope * (x - 2) + 2 * next(), x];
      });
    const sums = { lin: 0, squares: 0, claimed: 0, common: 0, control: 0, cross: 0, covariance: 0 };
    const runs = 1500;
    for (let run = 0; run < runs; run += 1) {
      const strata = [stratumOf({ control: draw(360, 0.2, 0), treatment: draw(40, 2, 1) }, [10, 2])];
      const input = { ...PAIR, strata, covariate: true };
      const lin = estimated(estimateMeans({ ...input, slopes: 'per-arm' }));
      sums.lin += lin.difference - 1;
      sums.squares += (lin.difference - 1) ** 2;
      sums.claimed += lin.parts.reduce((sum, part) => sum + part.variance, 0);
      sums.cross += (lin.difference - 1) * (lin.control - 11);
      sums.covariance -= lin.parts.reduce((sum, part) => sum + part.shared, 0);
      sums.common += (estimated(estimateMeans(input)).difference - 1) ** 2;
    }
    expect(sums.claimed / sums.squares).toBeGreaterThan(0.85);
    expect(sums.claimed / sums.squares).toBeLessThan(1.12);
    expect(Math.abs(sums.lin / runs)).toBeLessThan((3 * Math.sqrt(sums.squares)) / runs);
    expect(sums.squares).toBeLessThan(0.5 * sums.common);
    // The covariance with the control's mean, which the lift needs: within three of its standard errors.
    const spread = Math.sqrt((sums.squares / runs) * (0.35 / 360));
    expect(Math.abs(sums.cross / runs - sums.covariance / runs)).toBeLessThan((3 * spread) / Math.sqrt(runs));
  });

  it('is not offered for ratios', () => {
    expect(() => compareRatios({ ...PAIR, strata: [], slopes: 'per-arm' })).toThrow(
      'slopes must be "common"',
    );
  });
});

it('a unit’s missing pre-period is 0 beside a 1; what is no number is refused', () => {
  expect(withMissingIndicator(3, null)).toEqual([3, 0, 1]);
  expect(withMissingIndicator(3, 8)).toEqual([3, 8, 0]);
  expect(() => withMissingIndicator(Number.NaN, 1)).toThrow('outcome must be ');
  expect(() => withMissingIndicator(1, Number.NaN)).toThrow('covariate must be ');
});
