import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareMeans, momentsOf, type Stratum } from '../../analysis/index.ts';
import { studentTSurvival } from '../../analysis/special/index.ts';
import { estimated, PAIR, stratumOf, uniforms } from './units.ts';

const RUNS = { seed: 1947, numRuns: 300 } as const;

const value = fc.integer({ min: -400, max: 1000 }).map((x) => x / 8);
const arm = fc.array(value, { minLength: 2, maxLength: 25 });
const varied = arm.filter((values) => new Set(values).size > 1);

const asUnits = (values: readonly number[]) => values.map((x) => [x]);
const strataOf = (control: readonly number[], treatment: readonly number[], centre = 0): Stratum[] => [
  stratumOf({ control: asUnits(control), treatment: asUnits(treatment) }, [centre]),
];
const compare = (strata: readonly Stratum[], alpha = 0.05): Comparison =>
  estimated(compareMeans({ ...PAIR, strata, alpha }));

function expectClose(actual: number | null, expected: number | null, relative = 1e-9): void {
  if (actual === null || expected === null) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * (1 + Math.abs(expected)));
}

/** Welch's test straight from the units, two passes. */
function welchOfUnits(control: readonly number[], treatment: readonly number[]) {
  const describeArm = (values: readonly number[]) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance =
      values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) / values.length;
    return { mean, variance, free: values.length - 1 };
  };
  const [c, t] = [describeArm(control), describeArm(treatment)];
  const se = Math.sqrt(c.variance + t.variance);
  const df = se ** 4 / (c.variance ** 2 / c.free + t.variance ** 2 / t.free);
  const statistic = (t.mean - c.mean) / se;
  return { difference: t.mean - c.mean, se, df, statistic, p: 2 * studentTSurvival(Math.abs(statistic), df) };
}

describe('Welch’s comparison of two means', () => {
  it('is the textbook’s, from the units themselves', () => {
    fc.assert(
      fc.property(varied, arm, (control, treatment) => {
        const direct = welchOfUnits(control, treatment);
        const { absolute, p } = compare(strataOf(control, treatment, 3.7));
        expectClose(absolute.estimate, direct.difference);
        expectClose(absolute.se, direct.se);
        expectClose(absolute.df, direct.df);
        expectClose(p, direct.p);
      }),
      RUNS,
    );
  });

  it('excludes 0 from its interval exactly when p is below α, and so does Fieller’s lift where it is bounded', () => {
    let bounded = 0;
    fc.assert(
      fc.property(varied, varied, fc.constantFrom(0.001, 0.05, 0.2, 0.5), (control, treatment, alpha) => {
        const { p, absolute, relative } = compare(strataOf(control, treatment), alpha);
        fc.pre(Math.abs(p - alpha) > 1e-9);
        const excludes = ([lower, upper]: readonly [number, number]) => lower > 0 || upper < 0;
        expect(excludes(absolute.ci)).toBe(p < alpha);
        expect(absolute.ci[0]).toBeLessThanOrEqual(absolute.estimate);
        expect(absolute.ci[1]).toBeGreaterThanOrEqual(absolute.estimate);
        if (relative.ci === null) return;
        bounded += 1;
        expect(excludes(relative.ci)).toBe(p < alpha);
        expect(relative.ci[0]).toBeLessThanOrEqual(relative.estimate ?? Number.NaN);
        expect(relative.ci[1]).toBeGreaterThanOrEqual(relative.estimate ?? Number.NaN);
      }),
      { ...RUNS, numRuns: 1000 },
    );
    expect(bounded).toBeGreaterThan(300);
  });

  it('does not depend on the frozen centre', () => {
    fc.assert(
      fc.property(varied, varied, value, (control, treatment, centre) => {
        const [a, b] = [compare(strataOf(control, treatment)), compare(strataOf(control, treatment, centre))];
        expectClose(a.p, b.p);
        expectClose(a.absolute.ci[0], b.absolute.ci[0]);
        if (a.relative.ci !== null && b.relative.ci !== null)
          expectClose(a.relative.ci[1], b.relative.ci[1], 1e-6);
      }),
      RUNS,
    );
  });

  it('does not need the same centre in both arms', () => {
    const there = compare(strataOf([1, 2, 4], [2, 5, 9]));
    const arms = {
      control: momentsOf(asUnits([1, 2, 4]), [2]),
      treatment: momentsOf(asUnits([2, 5, 9]), [-3]),
    };
    expectClose(compare([{ arms }]).absolute.estimate, there.absolute.estimate);
    expectClose(compare([{ arms }]).p, there.p);
  });

  it('shifts and scales with the metric: p stays, the difference scales, the lift stays under scaling', () => {
    fc.assert(
      fc.property(
        varied,
        varied,
        value,
        fc.constantFrom(-8, -0.5, 0.25, 3, 1e6),
        (control, treatment, shift, scale) => {
          const base = compare(strataOf(control, treatment));
          const move = (values: readonly number[]) => values.map((x) => scale * (x + shift));
          const moved = compare(strataOf(move(control), move(treatment)));
          expectClose(moved.p, base.p);
          expectClose(moved.absolute.estimate / scale, base.absolute.estimate);
          expectClose(moved.absolute.se / Math.abs(scale), base.absolute.se);
          const scaled = compare(
            strataOf(
              control.map((x) => scale * x),
              treatment.map((x) => scale * x),
            ),
          );
          expect(scaled.relative.reason).toBe(base.relative.reason);
          expectClose(scaled.relative.estimate, base.relative.estimate);
          expectClose(scaled.relative.ci?.[0] ?? null, base.relative.ci?.[0] ?? null, 1e-6);
        },
      ),
      RUNS,
    );
  });

  it('mirrors when the arms swap', () => {
    fc.assert(
      fc.property(varied, varied, (control, treatment) => {
        const there = compare(strataOf(control, treatment));
        const back = compare(strataOf(treatment, control));
        expectClose(back.p, there.p, 1e-12);
        expectClose(back.absolute.estimate, -there.absolute.estimate, 1e-12);
        expectClose(back.absolute.ci[0], -there.absolute.ci[1], 1e-12);
      }),
      RUNS,
    );
  });

  it('keeps the digits of small differences on a high level', () => {
    const units = (level: number) => [level - 0.25, level, level + 0.25, level + 0.5];
    const { absolute } = compare(strataOf(units(2 ** 30), units(2 ** 30 + 0.125), 2 ** 30));
    expect(absolute.estimate).toBe(0.125);
  });
});

describe('the lift', () => {
  it('is unbounded where the control cannot be told from 0, and says so', () => {
    const { relative, p } = compare(strataOf([-1, 1, 2, -1.5], [5, 6, 7, 9]));
    expect(relative.reason).toBe('unbounded');
    expect(relative.ci).toBeNull();
    expect(relative.estimate).toBeCloseTo(6.625 / 0.125, 10);
    expect(p).toBeLessThan(0.01);
  });

  it('does not exist where the control is 0, however rounded', () => {
    const none = { estimate: null, ci: null, reason: 'zero-control' };
    expect(compare(strataOf([-1, 1], [5, 6])).relative).toEqual(none);
    // Around 0.1, the sums of zeros leave 1e-17.
    expect(compare(strataOf(new Array(1000).fill(0), [5, 6], 0.1)).relative).toEqual(none);
  });

  it('covers the true lift of skewed data about as often as promised', () => {
    const next = uniforms(2018);
    const spend = (level: number) => (next() < 0.3 ? -level * Math.log(next()) : 0);
    const trials = 600;
    let covered = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const control = Array.from({ length: 300 }, () => spend(10));
      const treatment = Array.from({ length: 300 }, () => spend(12));
      const ci = compare(strataOf(control, treatment)).relative.ci;
      if (ci === null || (ci[0] <= 0.2 && 0.2 <= ci[1])) covered += 1;
    }
    // Three binomial standard errors, and Fieller's known conservatism for skewed data above.
    expect(covered / trials).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials));
  });
});

describe('strata', () => {
  it('that are one stratum cut at random change nothing but what the cut does; weights are n/N', () => {
    const first = stratumOf({ control: asUnits([1, 2, 3]), treatment: asUnits([2, 3, 5]) }, [0]);
    const second = stratumOf({ control: asUnits([10, 14]), treatment: asUnits([11, 12, 16, 17]) }, [12]);
    const { absolute, unitsLeftOut } = compare([first, second]);
    // Differences 4/3 and 2, weights ½ and ½ of 12 units.
    expect(absolute.estimate).toBeCloseTo((4 / 3 + 2) / 2, 14);
    const [vC1, vT1, vC2, vT2] = [1 / 3, 7 / 3 / 3, 8 / 2, 26 / 3 / 4];
    expect(absolute.se).toBeCloseTo(Math.sqrt((vC1 + vT1 + vC2 + vT2) / 4), 14);
    const df = (vC1 + vT1 + vC2 + vT2) ** 2 / (vC1 ** 2 / 2 + vT1 ** 2 / 2 + vC2 ** 2 / 1 + vT2 ** 2 / 3);
    expect(absolute.df).toBeCloseTo(df, 12);
    expect(unitsLeftOut).toBe(0);
  });

  it('undo Simpson’s paradox of a ramp that pooling would create', () => {
    const next = uniforms(7);
    const units = (n: number, level: number) => Array.from({ length: n }, () => [level + next()]);
    // No effect; the level rises just when the treatment gets most of the traffic.
    const before = stratumOf({ control: units(900, 0), treatment: units(100, 0) }, [0]);
    const after = stratumOf({ control: units(100, 5), treatment: units(900, 5) }, [0]);
    expect(compare([before, after]).p).toBeGreaterThan(0.01);
    const pooled = stratumOf(
      { control: [...units(900, 0), ...units(100, 5)], treatment: [...units(100, 0), ...units(900, 5)] },
      [0],
    );
    expect(compare([pooled]).p).toBeLessThan(1e-100);
  });

  it('where one arm has fewer than two units wait outside, and their units are counted', () => {
    const main = stratumOf({ control: asUnits([1, 2, 3]), treatment: asUnits([2, 3, 5]) }, [0]);
    const young = stratumOf({ control: asUnits([4]), treatment: asUnits([4, 9, 9]) }, [0]);
    const alone = stratumOf({ control: asUnits([4, 5]), other: asUnits([7, 8]) }, [0]);
    const all = compare([main, young, alone]);
    expect({ ...all, unitsLeftOut: 0 }).toEqual(compare([main]));
    expect(all.unitsLeftOut).toBe(6);
  });
});

describe('without an answer', () => {
  const unknownOf = (strata: readonly Stratum[]) => compareMeans({ ...PAIR, strata });
  const stratum = (control: number[], treatment: number[]) =>
    stratumOf({ control: asUnits(control), treatment: asUnits(treatment) }, [0]);

  it.each([
    ['no strata', [], 'no-units'],
    ['no control', [stratum([], [1, 2])], 'no-units'],
    ['an arm that is not there', [stratumOf({ control: asUnits([1, 2]) }, [0])], 'no-units'],
    ['one unit', [stratum([1], [1, 2])], 'one-unit'],
    ['arms that never met', [stratum([1, 2], []), stratum([], [3, 4])], 'no-common-stratum'],
    ['no variance in either arm', [stratum([1, 1, 1], [2, 2, 2])], 'zero-variance'],
    ['no variance and no difference', [stratum([0, 0], [0, 0])], 'zero-variance'],
    [
      'no variance but for rounding',
      [stratum(new Array(99).fill(0.1), new Array(99).fill(0.3))],
      'zero-variance',
    ],
  ])('%s', (_, strata, reason) => {
    expect(unknownOf(strata)).toEqual({ kind: 'unknown', reason });
  });

  it('has one where a single arm varies', () => {
    expect(compare([stratum([1, 1, 1], [1, 2, 4])]).absolute.df).toBe(2);
  });

  it('is overflow where doubles end', () => {
    const huge = { n: 4, centre: [0], sums: [1e308], products: [1.7e308] };
    const far = { n: 4, centre: [0], sums: [-1.7e308], products: [1.7e308] };
    const outcome = unknownOf([{ arms: { control: far, treatment: huge } }]);
    expect(outcome.kind).toBe('unknown');
    expect(JSON.stringify(outcome)).not.toContain('null');
  });

  it.each([
    ['alpha', { ...PAIR, alpha: 0, strata: [] }],
    ['alpha', { ...PAIR, alpha: Number.NaN, strata: [] }],
    ['treatment', { ...PAIR, treatment: 'control', strata: [] }],
    ['strata[0].arms.control.centre', { ...PAIR, strata: [{ arms: { control: momentsOf([[]], []) } }] }],
    [
      'strata[0].arms.treatment.centre',
      {
        ...PAIR,
        covariate: true,
        strata: [
          { arms: { control: momentsOf([[1, 2]], [0, 0]), treatment: momentsOf([[1, 2, 3]], [0, 0, 0]) } },
        ],
      },
    ],
    [
      'strata[0].arms.control.centre',
      { ...PAIR, covariate: true, strata: [{ arms: { control: momentsOf([[1]], [0]) } }] },
    ],
    [
      'strata[0].arms.other.n',
      { ...PAIR, strata: [{ arms: { other: { n: 1.5, centre: [0], sums: [0], products: [0] } } }] },
    ],
    [
      'strata[0].arms.control.sums[0]',
      { ...PAIR, strata: [{ arms: { control: { n: 1, centre: [0], sums: [Number.NaN], products: [0] } } }] },
    ],
    [
      'strata[0].arms.control.products',
      { ...PAIR, strata: [{ arms: { control: { n: 1, centre: [0], sums: [1], products: [] } } }] },
    ],
    [
      'strata[0].arms.control.products[0]',
      { ...PAIR, strata: [{ arms: { control: { n: 1, centre: [0], sums: [1], products: [-1] } } }] },
    ],
  ])('names %s when it is malformed', (field, input) => {
    expect(() => compareMeans(input)).toThrow(`${field} must be `);
  });

  it('never has NaN, whatever the moments', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, 1e-300, 1e300),
    );
    const wild = fc.record({
      n: fc.nat(5),
      centre: fc.tuple(number),
      sums: fc.tuple(number),
      products: fc.tuple(number.map(Math.abs)),
    });
    fc.assert(
      fc.property(fc.array(fc.record({ control: wild, treatment: wild }), { maxLength: 3 }), (arms) => {
        const outcome = compareMeans({ ...PAIR, strata: arms.map((each) => ({ arms: each })) });
        const figures = Object.values(outcome).flatMap((part) =>
          typeof part === 'object' && part !== null ? Object.values(part).flat() : [part],
        );
        for (const figure of figures)
          if (typeof figure === 'number') expect(Number.isFinite(figure)).toBe(true);
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });
});
