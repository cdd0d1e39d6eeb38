import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareMeans, compareRatios, type Stratum } from '../../analysis/index.ts';
import { normalQuantile, normalSurvival } from '../../analysis/special/index.ts';
import { estimated, PAIR, stratumOf, uniforms } from './units.ts';

const Z = -normalQuantile(0.025);
const RUNS = { seed: 2018, numRuns: 200 } as const;

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const variance = (values: readonly number[]) =>
  values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / (values.length - 1);
const covariance = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + (x - mean(a)) * ((b[i] ?? 0) - mean(b)), 0) / (a.length - 1);
const column = (units: readonly (readonly number[])[], i: number) =>
  units.map((unit) => unit[i] ?? Number.NaN);

/** Linearised values (a − R·b)/b̄ of a ratio of two columns, and R. */
function linearise(units: readonly (readonly number[])[], a: number, b: number, of = units) {
  const ratio = mean(column(of, a)) / mean(column(of, b));
  const below = mean(column(of, b));
  return { ratio, values: units.map((unit) => ((unit[a] ?? 0) - ratio * (unit[b] ?? 0)) / below) };
}

function clicks(seed: number, n: number, rate: number): number[][] {
  const next = uniforms(seed);
  return Array.from({ length: n }, () => {
    const engaged = 0.2 + next();
    const viewsBefore = 1 + Math.floor(12 * next());
    const views = 1 + Math.floor(20 * next());
    return [
      Math.floor(views * engaged * rate * (0.8 + 0.4 * next())),
      views,
      Math.floor(viewsBefore * engaged * rate * (0.8 + 0.4 * next())),
      viewsBefore,
    ];
  });
}

const control = clicks(1, 300, 0.5);
const treatment = clicks(2, 240, 0.55);
const other = clicks(3, 100, 0.5);
const compare = (strata: readonly Stratum[], covariate = false): Comparison =>
  estimated(compareRatios({ ...PAIR, strata, covariate }));

describe('a comparison of two ratios', () => {
  it('is the z test of the linearised units', () => {
    const { p, absolute, relative, method } = compare([stratumOf({ control, treatment }, [4, 10, 3, 6])]);
    const [c, t] = [linearise(control, 0, 1), linearise(treatment, 0, 1)];
    const [vC, vT] = [variance(c.values) / 300, variance(t.values) / 240];
    expect(method).toBe('ratio');
    expect(absolute.df).toBeNull();
    expect(absolute.estimate).toBeCloseTo(t.ratio - c.ratio, 13);
    expect(absolute.se).toBeCloseTo(Math.sqrt(vC + vT), 13);
    expect(p).toBeCloseTo(2 * normalSurvival(Math.abs(t.ratio - c.ratio) / Math.sqrt(vC + vT)), 12);
    for (const bound of relative.ci ?? [Number.NaN]) {
      const spread = vT + vC * (1 + bound) ** 2;
      expect((absolute.estimate - bound * c.ratio) ** 2 / (Z * Z * spread)).toBeCloseTo(1, 9);
    }
  });

  it('with a denominator of 1 is a comparison of means with the normal’s critical value', () => {
    const ones = (units: number[][]) => units.map(([a]) => [a ?? 0, 1]);
    const asRatio = compare([stratumOf({ control: ones(control), treatment: ones(treatment) }, [4, 1])]);
    const alone = (units: number[][]) => units.map(([a]) => [a ?? 0]);
    const asMean = estimated(
      compareMeans({
        ...PAIR,
        strata: [stratumOf({ control: alone(control), treatment: alone(treatment) }, [4])],
      }),
    );
    expect(asRatio.absolute.estimate).toBeCloseTo(asMean.absolute.estimate, 12);
    expect(asRatio.absolute.se).toBeCloseTo(asMean.absolute.se, 12);
  });

  it('scales with numerator and denominator, and mirrors when the arms swap', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (up, down) => {
          const scaled = (units: number[][]) => units.map(([a, b]) => [up * (a ?? 0), down * (b ?? 0)]);
          const base = compare([stratumOf({ control, treatment }, [0, 0, 0, 0])]);
          const moved = compare([
            stratumOf({ control: scaled(control), treatment: scaled(treatment) }, [0, 0]),
          ]);
          expect(moved.p / base.p).toBeCloseTo(1, 8);
          expect(((moved.absolute.estimate / base.absolute.estimate) * down) / up).toBeCloseTo(1, 8);
          expect((moved.relative.ci?.[0] ?? 0) / (base.relative.ci?.[0] ?? 0)).toBeCloseTo(1, 7);
        },
      ),
      { ...RUNS, numRuns: 30 },
    );
    const back = compare([stratumOf({ control: treatment, treatment: control }, [0, 0, 0, 0])]);
    expect(back.absolute.estimate).toBeCloseTo(
      -compare([stratumOf({ control, treatment }, [0, 0, 0, 0])]).absolute.estimate,
      14,
    );
  });

  it('over several strata is the combined ratio of weighted means', () => {
    const young = { control: clicks(4, 50, 0.2), treatment: clicks(5, 110, 0.2) };
    const { absolute } = compare([
      stratumOf({ control, treatment }, [4, 10, 3, 6]),
      stratumOf(young, [4, 10, 3, 6]),
    ]);
    const [w1, w2] = [540 / 700, 160 / 700];
    const combined = (first: number[][], second: number[][]) => {
      const [a, b] = [0, 1].map((i) => w1 * mean(column(first, i)) + w2 * mean(column(second, i)));
      const ratio = (a ?? 0) / (b ?? 0);
      const values = (units: number[][]) => units.map(([x, y]) => ((x ?? 0) - ratio * (y ?? 0)) / (b ?? 0));
      const spread =
        (w1 ** 2 * variance(values(first))) / first.length +
        (w2 ** 2 * variance(values(second))) / second.length;
      return { ratio, spread };
    };
    const [c, t] = [combined(control, young.control), combined(treatment, young.treatment)];
    expect(absolute.estimate).toBeCloseTo(t.ratio - c.ratio, 13);
    expect(absolute.se).toBeCloseTo(Math.sqrt(c.spread + t.spread), 13);
  });
});

describe('CUPED of ratios', () => {
  it('takes off θ times the pre-period’s linearised ratio, one θ for all arms', () => {
    const comparison = compare([stratumOf({ control, treatment, other }, [4, 10, 3, 6])], true);
    const everyone = [...control, ...treatment, ...other];
    let [sxy, sxx] = [0, 0];
    for (const units of [control, treatment, other]) {
      const y = linearise(units, 0, 1, everyone).values;
      const x = linearise(units, 2, 3, everyone).values;
      sxy += covariance(y, x) * (units.length - 1);
      sxx += covariance(x, x) * (units.length - 1);
    }
    const theta = sxy / sxx;
    const adjusted = (units: number[][]) => {
      const [y, x] = [linearise(units, 0, 1), linearise(units, 2, 3)];
      return {
        figure: y.ratio - theta * x.ratio,
        spread: variance(y.values.map((each, i) => each - theta * (x.values[i] ?? 0))) / units.length,
      };
    };
    const [c, t] = [adjusted(control), adjusted(treatment)];
    expect(comparison.method).toBe('ratio+cuped');
    expect(comparison.covariate?.theta).toBeCloseTo(theta, 12);
    expect(comparison.absolute.estimate).toBeCloseTo(t.figure - c.figure, 12);
    expect(comparison.absolute.se).toBeCloseTo(Math.sqrt(c.spread + t.spread), 12);
    expect(comparison.covariate?.varianceReduction).toBeGreaterThan(0.1);
    const plain = compare([stratumOf({ control, treatment }, [4, 10, 3, 6])]);
    expect(comparison.unadjusted?.absolute.se).toBeCloseTo(plain.absolute.se, 14);
  });

  it('is left out where the pre-period has no denominators', () => {
    const fresh = (units: number[][]) => units.map(([a, b]) => [a ?? 0, b ?? 0, 0, 0]);
    const stratum = stratumOf({ control: fresh(control), treatment: fresh(treatment) }, [4, 10, 0, 0]);
    const comparison = compare([stratum], true);
    expect(comparison.method).toBe('ratio');
    expect([comparison.covariate, comparison.unadjusted]).toEqual([null, null]);
  });
});

describe('without an answer', () => {
  const good = [
    [1, 2],
    [2, 3],
    [2, 2],
    [5, 3],
  ];

  it.each([
    ['no units', { control: [], treatment: good }, 'no-units'],
    ['one unit', { control: [[1, 1]], treatment: good }, 'one-unit'],
    [
      'a denominator of 0',
      {
        control: [
          [1, 0],
          [2, 0],
        ],
        treatment: good,
      },
      'zero-denominator',
    ],
    [
      'denominators of 0 on average',
      {
        control: good,
        treatment: [
          [1, -1],
          [2, 1],
        ],
      },
      'zero-denominator',
    ],
    [
      'a denominator that may be 0',
      {
        control: good,
        treatment: [
          [1, 0],
          [2, 0],
          [0, 5],
        ],
      },
      'denominator-may-be-zero',
    ],
    [
      'the same ratio for every unit',
      {
        control: [0.1, 0.2, 0.3].map((x) => [x, 10 * x]),
        treatment: [0.2, 0.7, 0.3].map((x) => [x, 10 * x]),
      },
      'zero-variance',
    ],
  ])('%s', (_, arms, reason) => {
    expect(compareRatios({ ...PAIR, strata: [stratumOf(arms, [0, 0])] })).toEqual({
      kind: 'unknown',
      reason,
    });
  });

  it('names the dimension it needs', () => {
    const strata = [stratumOf({ control: [[1], [2]] }, [0])];
    expect(() => compareRatios({ ...PAIR, strata })).toThrow(
      'strata[0].arms.control.centre must be of length 2 or 4.',
    );
  });
});
