import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Alternative,
  anytimeComparison,
  delayedStartBoundary,
  delayedStartLogP,
  mixtureBoundary,
  mixtureLogE,
  mixtureLogP,
  mixtureVariance,
  type SequencePlan,
  type SequentialInput,
  sequentialTest,
} from '../../analysis/asymptotic-sequence/index.ts';
import { compareMeans, compareProportions, compareRatios } from '../../analysis/comparison/index.ts';
import { normalQuantile } from '../../analysis/special/index.ts';
import { estimated, fromCount, fromSums, PAIR, uniforms } from './units.ts';

/** Equal to a relative 1e-12. */
function expectSame(ours: number, theirs: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(theirs), 1e-3));
}

describe('the normal mixture', () => {
  it('has the boundaries of statistics.md', () => {
    // Of its table at 2·N*, 3.062: the formula gives 3.06148, which rounds to 3.061.
    const boundaries = [0.1, 0.5, 1, 2, 10].map((ratio) =>
      mixtureBoundary(ratio * 1e4, 1e4, 0.05).toFixed(3),
    );
    expect(boundaries).toEqual(['3.855', '3.084', '3.035', '3.061', '3.242']);
    expect(mixtureVariance(1, 0.05).toFixed(3)).toBe('7.936');
  });

  // mpmath with 30 digits: the formulas, their roots found numerically; ln E one-sided at z = 3, −3 and −60.
  it.each([
    [
      1000, 1000, 0.05, 3.035208990376253, 2.76607088306732, 2.779094235313522, 3.580569603558775,
      -2.348783102387468, -5.24301735642255,
    ],
    [
      100, 5000, 0.05, 6.69438861706604, 6.504641476651181, 6.606888049147895, 0.96800163727635,
      -0.7103959042214147, -3.289141656304044,
    ],
    [
      6461, 5000, 0.05, 3.038517493444328, 2.76879874275999, 2.780118997394211, 3.592122850401243,
      -2.474367749199559, -5.371180543355928,
    ],
    [
      50000, 2000, 0.01, 3.863877983347804, 3.6610518871296, 3.661362385627792, 2.411041540986676,
      -4.175687007409358, -7.081221387865967,
    ],
    [
      20, 1000, 1e-6, 8.5719572695794, 8.47954910564459, 8.47954957149732, 2.09821885400122,
      -1.256449378176482, -4.057905696174534,
    ],
  ])(
    'agrees with mpmath at n = %d, N* = %d, alpha %d',
    (n, tuning, alpha, two, byEValue, closed, at3, below, far) => {
      const greater = { alternative: 'greater' } as const;
      expectSame(mixtureBoundary(n, tuning, alpha), two);
      expectSame(mixtureBoundary(n, tuning, alpha, greater), byEValue);
      expectSame(mixtureBoundary(n, tuning, alpha, { ...greater, form: 'closed' }), closed);
      expectSame(mixtureLogE(3, n, tuning, alpha, greater), at3);
      expectSame(mixtureLogE(-3, n, tuning, alpha, greater), below);
      expectSame(mixtureLogE(60, n, tuning, alpha, { alternative: 'less' }), far);
    },
  );

  it('is narrowest near N*: in units of the estimate’s scatter per unit', () => {
    for (const alternative of ['two-sided', 'greater'] as const) {
      const ratios = Array.from({ length: 400 }, (_, i) => 0.01 * 1.03 ** i);
      const boundaries = ratios.map((ratio) => mixtureBoundary(ratio * 1e5, 1e5, 0.05, { alternative }));
      const best = ratios[boundaries.indexOf(Math.min(...boundaries))] ?? Number.NaN;
      expect(best).toBeGreaterThan(0.8);
      expect(best).toBeLessThan(1.4);
    }
  });
});

describe('the sequence that starts late', () => {
  // mpmath with 30 digits: two-sided and one-sided boundary, ln p at z = 3 of one side and of both.
  it.each([
    [1000, 1000, 0.05, 2.795483482915107, 2.503064584515505, -4.222284000900859, -3.530478851106923],
    [4000, 1000, 0.05, 3.03331868823094, 2.764955242365909, -3.597407175699066, -2.905750255029],
    [1e6, 100, 0.01, 4.533785074539877, 4.364391319210277, -0.4858084438028152, 0],
  ])('agrees with mpmath at n = %d, m = %d, alpha %d', (n, start, alpha, two, one, logP, logP2) => {
    expectSame(delayedStartBoundary(n, start, alpha), two);
    expectSame(delayedStartBoundary(n, start, alpha, 'greater'), one);
    expectSame(delayedStartLogP(3, n, start, 'greater'), logP);
    expectSame(delayedStartLogP(3, n, start), logP2);
  });

  it('begins with the root of χ² with 3 degrees of freedom, 7.814727903251179 at .05 (R qchisq)', () => {
    expectSame(delayedStartBoundary(500, 500, 0.05) ** 2, 7.814727903251179);
  });

  it('is crossed by Brownian paths about as often as alpha says, on either side', () => {
    const random = uniforms(11);
    const [start, paths, alpha] = [100, 4000, 0.2];
    const times = Array.from({ length: 240 }, (_, i) => start * 1.04 ** i);
    const sides = ['two-sided', 'greater'] as const;
    const boundaries = sides.map((side) =>
      times.map((time) => delayedStartBoundary(time, start, alpha, side)),
    );
    const crossed = [0, 0];
    for (let path = 0; path < paths; path += 1) {
      let [b, before] = [0, 0];
      const zs = times.map((time) => {
        b += Math.sqrt(time - before) * normalQuantile(random());
        before = time;
        return b / Math.sqrt(time);
      });
      const beyond = (z: number, side: number, i: number) => z >= (boundaries[side]?.[i] ?? Number.NaN);
      if (zs.some((z, i) => beyond(Math.abs(z), 0, i))) crossed[0] = (crossed[0] ?? 0) + 1;
      if (zs.some((z, i) => beyond(z, 1, i))) crossed[1] = (crossed[1] ?? 0) + 1;
    }
    const margin = 3 * Math.sqrt((alpha * (1 - alpha)) / paths);
    for (const count of crossed) {
      // A little below: paths are not seen between the times, nor after the last one.
      expect(count / paths).toBeLessThan(alpha + margin);
      expect(count / paths).toBeGreaterThan(0.75 * alpha);
    }
  });
});

const plans: fc.Arbitrary<SequencePlan> = fc.oneof(
  fc.record({
    method: fc.constant('mixture' as const),
    tuning: fc.double({ min: 10, max: 1e6, noNaN: true }),
    form: fc.constantFrom('e-value' as const, 'closed' as const),
  }),
  fc.record({
    method: fc.constant('delayed-start' as const),
    start: fc.double({ min: 10, max: 100, noNaN: true }),
  }),
);
const alternative = fc.constantFrom<Alternative>('two-sided', 'greater', 'less');
const alphas = fc.double({ min: 1e-8, max: 0.4, noNaN: true });
const looks: fc.Arbitrary<SequentialInput> = fc.record({
  estimate: fc.double({ min: -10, max: 10, noNaN: true }),
  se: fc.double({ min: 0.1, max: 10, noNaN: true }),
  n: fc.double({ min: 100, max: 1e6, noNaN: true }),
  alpha: alphas,
  plan: plans,
  alternative,
});
const read = (input: SequentialInput) => estimated(sequentialTest(input));

describe('an estimate read at any time', () => {
  it('is significant exactly where its bounds exclude 0', () => {
    fc.assert(
      fc.property(looks, (look) => {
        const { lower, upper, pNow } = read(look);
        const excludes = (lower !== null && lower > 0) || (upper !== null && upper < 0);
        const nearly = Math.abs(pNow / look.alpha - 1) < 1e-9;
        expect(nearly || excludes === pNow < look.alpha).toBe(true);
      }),
    );
  });

  it('has p = alpha where z stands on the boundary', () => {
    fc.assert(
      fc.property(looks, (look) => {
        const { boundary } = read(look);
        const z = look.alternative === 'less' ? -boundary : boundary;
        const { logPNow } = read({ ...look, estimate: z, se: 1 });
        expect(Math.abs(logPNow - Math.log(look.alpha))).toBeLessThan(1e-9);
      }),
    );
  });

  it('does not change with the unit of measurement', () => {
    fc.assert(
      fc.property(looks, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (look, unit) => {
        const [here, there] = [
          read(look),
          read({ ...look, estimate: look.estimate * unit, se: look.se * unit }),
        ];
        expect(Math.abs(here.logPNow - there.logPNow)).toBeLessThan(1e-9 * (1 + Math.abs(here.logPNow)));
        if (here.lower !== null && there.lower !== null)
          expect(Math.abs(there.lower / unit - here.lower)).toBeLessThan(1e-9 * (1 + Math.abs(here.lower)));
      }),
    );
  });

  it('turns its sides around with the arms', () => {
    fc.assert(
      fc.property(looks, (look) => {
        const turned = { 'two-sided': 'two-sided', greater: 'less', less: 'greater' } as const;
        const here = read(look);
        const there = read({
          ...look,
          estimate: -look.estimate,
          alternative: turned[look.alternative ?? 'two-sided'],
        });
        expect(there.logPNow).toBe(here.logPNow);
        expect(there.upper).toBe(here.lower === null ? null : -here.lower);
      }),
    );
  });

  it('asks for more with a smaller alpha, and finds less against an effect on the other side', () => {
    fc.assert(
      fc.property(looks, (look) => {
        // Of larger ones the tuning, which depends on alpha, may take back what alpha gives.
        const alpha = look.alpha / 10;
        expect(read({ ...look, alpha: alpha / 2 }).boundary).toBeGreaterThan(
          read({ ...look, alpha }).boundary,
        );
        const more = read({ ...look, estimate: Math.abs(look.estimate) + 1, alternative: 'greater' });
        const less = read({ ...look, estimate: Math.abs(look.estimate), alternative: 'greater' });
        expect(more.logPNow).toBeLessThanOrEqual(less.logPNow);
      }),
    );
  });

  it('bounds one side the tighter by its e-value than in closed form', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), alphas, (n, alpha) => {
        const side = { alternative: 'greater' } as const;
        const tight = mixtureBoundary(n, 1000, alpha, side);
        const closed = mixtureBoundary(n, 1000, alpha, { ...side, form: 'closed' });
        expect(tight).toBeLessThanOrEqual(closed * (1 + 1e-12));
        expect(mixtureLogP(3, n, 1000, alpha, side)).toBeLessThanOrEqual(
          mixtureLogP(3, n, 1000, alpha, { ...side, form: 'closed' }) + 1e-12,
        );
      }),
    );
  });

  it('never raises its p from look to look', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 20 }),
        plans,
        (zs, plan) => {
          let previousP = 1;
          zs.forEach((estimate, i) => {
            const { p, pNow } = read({ estimate, se: 1, n: 100 * (i + 1), alpha: 0.05, plan, previousP });
            expect(p).toBe(Math.min(previousP, pNow));
            previousP = p;
          });
        },
      ),
    );
  });

  it('keeps the evidence of p-values that no double holds', () => {
    const plan = { method: 'mixture', tuning: 1000 } as const;
    const far = read({ estimate: 100, se: 1, n: 1000, alpha: 0.05, plan });
    expect(far.pNow).toBe(0);
    expectSame(far.logPNow, -mixtureLogE(100, 1000, 1000, 0.05));
    const late = read({
      estimate: 100,
      se: 1,
      n: 1000,
      alpha: 0.05,
      plan: { method: 'delayed-start', start: 500 },
    });
    expect(late.logPNow).toBeLessThan(-4900);
  });

  it('says when it is too early, or too large', () => {
    const plan = { method: 'delayed-start', start: 500 } as const;
    const look = { estimate: 1, se: 1, n: 499, alpha: 0.05, plan };
    expect(sequentialTest(look)).toEqual({ kind: 'unknown', reason: 'too-early' });
    expect(sequentialTest({ ...look, n: 500 }).kind).toBe('estimate');
    expect(sequentialTest({ ...look, n: 500, estimate: 1e300, se: 1e-10 })).toEqual({
      kind: 'unknown',
      reason: 'overflow',
    });
  });
});

const CONTROL = fromSums(3000, 1396.87, 52377.9767);
const TREATMENT = fromSums(3461, 2422.7, 134698.29);
const plan = { method: 'mixture', tuning: 5000 } as const;
const means = { ...PAIR, strata: [{ arms: { control: CONTROL, treatment: TREATMENT } }] };

describe('a comparison read at any time', () => {
  it('is estimate ± boundary·se, with n the units of both arms', () => {
    const { absolute, boundary, n, p } = estimated(anytimeComparison(compareMeans, means, plan, 1));
    expect(n).toBe(6461);
    const { estimate, se, ci } = absolute;
    expectSame(ci[0], estimate - boundary * se);
    expectSame(ci[1], estimate + boundary * se);
    const plain = read({ estimate, se, n, alpha: 0.05, plan });
    expect(boundary).toBe(plain.boundary);
    expectSame(p, plain.p);
  });

  it('has a lift that excludes 0 exactly where the difference does', () => {
    fc.assert(
      fc.property(fc.double({ min: 900, max: 1300, noNaN: true }), plans, (sum, how) => {
        const treatment = fromSums(1000, sum, sum * 1.1 + 300);
        const input = { ...PAIR, strata: [{ arms: { control: fromSums(1000, 1000, 1400), treatment } }] };
        const { absolute, relative } = estimated(anytimeComparison(compareMeans, input, how, 1));
        if (relative.ci === null) return;
        expect(relative.ci[0] > 0 || relative.ci[1] < 0).toBe(absolute.ci[0] > 0 || absolute.ci[1] < 0);
      }),
    );
  });

  it('works for proportions and ratios, several strata, and keeps an earlier p', () => {
    const strata = [
      { arms: { control: fromCount(400, 1000), treatment: fromCount(470, 1010) } },
      { arms: { control: fromCount(300, 900), treatment: fromCount(380, 880) } },
    ];
    const both = estimated(anytimeComparison(compareProportions, { ...PAIR, strata }, plan, 1e-6));
    expect([both.n, both.method, both.p]).toEqual([3790, 'mantel-haenszel+sato', 1e-6]);
    const ratio = (sums: number[], products: number[]) => ({ n: 500, centre: [0, 0], sums, products });
    const arms = {
      control: ratio([900, 1000], [2500, 2400, 3000]),
      treatment: ratio([1000, 990], [2900, 2500, 2900]),
    };
    const ratios = estimated(anytimeComparison(compareRatios, { ...PAIR, strata: [{ arms }] }, plan, 1));
    const fixed = estimated(compareRatios({ ...PAIR, strata: [{ arms }] }));
    expectSame(ratios.absolute.ci[1], fixed.absolute.estimate + ratios.boundary * fixed.absolute.se);
    expect(ratios.pNow).toBeGreaterThan(fixed.p);
  });

  it('leaves out the p of a fixed horizon', () => {
    const moments = (sums: number[]) => ({ n: 50, centre: [0, 0], sums, products: [90, 70, 100] });
    const strata = [{ arms: { control: moments([40, 50]), treatment: moments([55, 52]) } }];
    const cuped = estimated(anytimeComparison(compareMeans, { ...PAIR, strata, covariate: true }, plan, 1));
    expect(cuped.method).toBe('welch+cuped');
    expect(cuped.covariate).not.toBeNull();
    expect(cuped).not.toHaveProperty('unadjusted');
  });

  it('is unknown before the start, far below N*, and where the comparison is', () => {
    const at = (how: SequencePlan) => anytimeComparison(compareMeans, means, how, 1);
    const tooEarly = { kind: 'unknown', reason: 'too-early' };
    expect(at({ method: 'delayed-start', start: 6462 })).toEqual(tooEarly);
    expect(at({ method: 'mixture', tuning: 1e9 })).toEqual(tooEarly);
    const empty = { ...means, strata: [{ arms: { control: CONTROL, treatment: fromSums(0, 0, 0) } }] };
    expect(anytimeComparison(compareMeans, empty, plan, 1)).toEqual({ kind: 'unknown', reason: 'no-units' });
  });
});

describe('bad input', () => {
  const look = { estimate: 1, se: 1, n: 100, alpha: 0.05, plan };
  const late = { method: 'delayed-start', start: 0 } as const;
  it.each([
    ['n', () => mixtureBoundary(0, 1000, 0.05)],
    ['tuning', () => mixtureBoundary(10, -1, 0.05)],
    ['tuning', () => mixtureBoundary(1, 1e300, 0.05)],
    ['alpha', () => mixtureBoundary(10, 10, 1)],
    ['alpha', () => mixtureBoundary(10, 10, 0.5, { alternative: 'less' })],
    ['alpha', () => mixtureVariance(10, 0)],
    ['z', () => mixtureLogE(Number.NaN, 10, 10, 0.05)],
    ['z²', () => mixtureLogP(1e200, 10, 10, 0.05, { alternative: 'greater', form: 'closed' })],
    ['n', () => delayedStartBoundary(10, 11, 0.05)],
    ['start', () => delayedStartLogP(1, 10, Number.NaN)],
    ['alpha', () => delayedStartBoundary(10, 10, 0.6, 'greater')],
    ['estimate', () => sequentialTest({ ...look, estimate: Number.POSITIVE_INFINITY })],
    ['se', () => sequentialTest({ ...look, se: 0 })],
    ['start', () => sequentialTest({ ...look, plan: late })],
    ['previousP', () => sequentialTest({ ...look, previousP: 1.1 })],
    ['previousP', () => anytimeComparison(compareMeans, means, plan, -1)],
  ])('names %s', (field, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'AnalysisInputError', field }));
  });
});
