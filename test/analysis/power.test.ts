import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  detectableProportion,
  type MeanPlan,
  meanDetectableEffect,
  meanPower,
  meanSampleSize,
  normalDetectableEffect,
  normalPower,
  normalSampleSize,
  proportionMarginPlan,
  proportionPower,
  proportionSampleSize,
  ratioSd,
  remainingUnits,
} from '../../analysis/power/index.ts';
import { estimated } from './units.ts';

const RUNS = { seed: 1988, numRuns: 100 };

const within = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value / expected - 1)).toBeLessThanOrEqual(relative);

describe('power of a t test', () => {
  // SciPy 1.17.1, nct at Satterthwaite's degrees of freedom; the first is R's power.t.test(n = 20, delta = 1): .8689528.
  it.each([
    [{ effect: 1, sd: 1, alpha: 0.05 }, 20, 0.8689528016921271, 38],
    [
      { effect: 0.6, sd: 1.5, controlSd: 1, allocation: 3, alpha: 0.05 },
      30,
      0.513099899132808,
      37.95762491391844,
    ],
    [{ effect: 0.3, sd: 1, alpha: 0.05, strict: true }, 10, 0.09742459135246903, 18],
    [{ effect: 0.8, sd: 1, alpha: 0.05, sided: 1 }, 15, 0.6888567194839921, 28],
    [{ effect: 3, sd: 1, alpha: 0.05 }, 2, 0.38738935020066795, 2],
    [{ effect: 0.05, sd: 1, alpha: 0.05 }, 5000, 0.7053310921587264, 9998],
  ] as const)('%o with %d units', (plan, n, power, df) => {
    const result = meanPower(plan, n);
    within(result.power, power, 1e-10);
    within(result.df, df, 1e-12);
  });

  it('needs the units of R’s power.t.test(delta = 1, power = .9): 22.02110', () => {
    const size = estimated(meanSampleSize({ effect: 1, sd: 1, alpha: 0.05 }, 0.9));
    expect(size.nPerArm).toBeCloseTo(22.021095570096936, 8);
    expect(size.units).toEqual({ control: 23, treatment: 23 });
    const strict = estimated(meanSampleSize({ effect: 1, sd: 1, alpha: 0.05, strict: true }, 0.9));
    expect(strict.nPerArm).toBeCloseTo(22.021088426378935, 8);
  });

  // SciPy 1.17.1, nct and brentq; statsmodels 0.15 (TTestIndPower.solve_power) has 63.76561 and 190.98793 for the first two.
  it.each([
    [{ effect: 0.5, sd: 1, alpha: 0.05, strict: true }, 0.8, 63.765610190952266],
    [{ effect: 0.3, sd: 1, alpha: 0.05, sided: 1 }, 0.9, 190.98793180621956],
    [{ effect: 0.8, sd: 1, alpha: 0.05, sided: 1 }, 0.9, 27.465839575912053],
    [{ effect: 0.5, sd: 2, controlSd: 1, allocation: 3, alpha: 0.05 }, 0.8, 137.69838092028317],
  ] as const)('%o for a power of %d needs %d', (plan, power, n) => {
    within(estimated(meanSampleSize(plan, power)).nPerArm, n, 1e-9);
  });

  it('detects the effects that SciPy 1.17.1 finds', () => {
    within(estimated(meanDetectableEffect({ sd: 1, alpha: 0.01 }, 25, 0.9)).effect, 1.130505760969023, 1e-12);
    within(
      estimated(meanDetectableEffect({ sd: 1, alpha: 0.05 }, 20, 0.9)).effect,
      1.0519931266584586,
      1e-10,
    );
  });

  const plans = fc.record({
    effect: fc.double({ min: 0.1, max: 2, noNaN: true }),
    sd: fc.double({ min: 0.5, max: 3, noNaN: true }),
    controlSd: fc.double({ min: 0.5, max: 3, noNaN: true }),
    allocation: fc.constantFrom(0.25, 1, 3),
    alpha: fc.constantFrom(0.001, 0.05, 0.2),
    sided: fc.constantFrom(1 as const, 2 as const),
  });

  it('is inverted by sample size and detectable effect', () => {
    fc.assert(
      fc.property(plans, fc.double({ min: 0.3, max: 0.99, noNaN: true }), (plan, power) => {
        const { nPerArm, units } = estimated(meanSampleSize(plan, power));
        const reached = meanPower(plan, nPerArm).power;
        if (nPerArm > Math.max(2, 2 / plan.allocation)) expect(reached).toBeCloseTo(power, 9);
        else expect(reached).toBeGreaterThanOrEqual(power);
        expect(meanPower(plan, units.treatment).power).toBeGreaterThanOrEqual(power - 1e-9);
        const { effect } = estimated(meanDetectableEffect(plan, nPerArm + 5, power));
        expect(meanPower({ ...plan, effect }, nPerArm + 5).power).toBeCloseTo(power, 9);
      }),
      RUNS,
    );
  });

  it('grows with units, effect and alpha, falls with spread, and knows no unit of measure', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 8, max: 500 }), (plan, n) => {
        const { power } = meanPower(plan, n);
        expect(power).toBeGreaterThanOrEqual(0);
        expect(power).toBeLessThanOrEqual(1);
        const slack = 1e-12;
        expect(meanPower(plan, n + 1).power).toBeGreaterThanOrEqual(power - slack);
        expect(meanPower({ ...plan, effect: plan.effect * 1.1 }, n).power).toBeGreaterThanOrEqual(
          power - slack,
        );
        expect(meanPower({ ...plan, alpha: plan.alpha * 1.1 }, n).power).toBeGreaterThanOrEqual(
          power - slack,
        );
        expect(meanPower({ ...plan, covariateCorrelation: -0.5 }, n).power).toBeGreaterThanOrEqual(
          power - slack,
        );
        expect(meanPower({ ...plan, effect: -plan.effect }, n).power).toBe(power);
        const scaled = { ...plan, effect: plan.effect * 8, sd: plan.sd * 8, controlSd: plan.controlSd * 8 };
        expect(meanPower(scaled, n).power).toBeCloseTo(power, 12);
      }),
      RUNS,
    );
  });

  it('goes on where the noncentral t distribution ends', () => {
    expect(meanPower({ effect: 100, sd: 1, alpha: 0.05 }, 20).power).toBe(1);
    // Two degrees of freedom and an alpha of 1e-6: the critical value is 1000. On both sides of ncp = 40.
    const at = (ncp: number) => meanPower({ effect: ncp, sd: 1, alpha: 1e-6 }, 2).power;
    expect(at(40.0001) / at(39.9999)).toBeCloseTo(1, 4);
    // SciPy 1.17.1, quad: the integral over Z of P(χ²/2 < ((50 + Z)/critical)²).
    expect(at(50)).toBeCloseTo(0.002497873858784617, 14);
    const hopeless = { claim: 'non-inferiority', kind: 'absolute', value: 1, harm: 'decrease' } as const;
    expect(meanPower({ effect: -100, sd: 1, alpha: 0.05, margin: hopeless }, 20).power).toBe(0);
  });

  it('takes two units in each arm where they are enough', () => {
    const { nPerArm, units } = estimated(
      meanSampleSize({ effect: 1000, sd: 1, alpha: 0.05, allocation: 0.1 }, 0.9),
    );
    expect([nPerArm, units]).toEqual([20, { control: 2, treatment: 20 }]);
  });
});

describe('power of a z test', () => {
  it('needs nT = (z + z)²(σ²C/κ + σ²T)/δ²', () => {
    const z = 1.959963984540054 + 0.8416212335729143;
    const { nPerArm, units } = estimated(
      normalSampleSize({ effect: 0.5, sd: 4, controlSd: 3, allocation: 9, alpha: 0.05 }, 0.8),
    );
    within(nPerArm, (z * z * (9 / 9 + 16)) / 0.25, 1e-14);
    expect(units).toEqual({ control: Math.ceil(9 * nPerArm), treatment: Math.ceil(nPerArm) });
    // statsmodels 0.15, NormalIndPower().power(.2, 393, .05), which counts both sides.
    within(
      normalPower({ effect: 0.2, sd: 1, alpha: 0.05, strict: true }, 393).power,
      0.8005559137898353,
      1e-12,
    );
  });

  it('is inverted by sample size and detectable effect, and agrees with the t test for many units', () => {
    const plan: MeanPlan = { effect: 0.03, sd: 2, alpha: 0.05, sided: 1, allocation: 4 };
    const { nPerArm } = estimated(normalSampleSize(plan, 0.9));
    expect(normalPower(plan, nPerArm).power).toBeCloseTo(0.9, 12);
    expect(estimated(normalDetectableEffect(plan, nPerArm, 0.9)).effect).toBeCloseTo(0.03, 12);
    within(estimated(meanSampleSize(plan, 0.9)).nPerArm, nPerArm, 1e-4);
  });

  it('needs 1 − ρ² of the units with a covariate', () => {
    const plan = { effect: 1, sd: 5, alpha: 0.05 };
    const size = (covariateCorrelation: number) =>
      estimated(normalSampleSize({ ...plan, covariateCorrelation }, 0.8)).nPerArm;
    within(size(0.6), 0.64 * size(0), 1e-14);
    expect(size(-0.6)).toBe(size(0.6));
  });

  it('is unknown where doubles cannot count the units', () => {
    const overflow = { kind: 'unknown', reason: 'overflow' };
    expect(normalSampleSize({ effect: 1e-200, sd: 1, alpha: 0.05 }, 0.8)).toEqual(overflow);
    expect(meanSampleSize({ effect: 1e-9, sd: 1, alpha: 0.05 }, 0.8)).toEqual(overflow);
    expect(remainingUnits({ n: 10, se: 1e9, mde: 1e-9, alpha: 0.05, power: 0.8 })).toEqual(overflow);
  });
});

describe('margins', () => {
  const relative = {
    claim: 'non-inferiority',
    kind: 'relative',
    value: 0.1,
    harm: 'decrease',
    controlMean: 10,
  } as const;

  it('weigh the control’s variance by (1 ± M)²', () => {
    const size = (margin: MeanPlan['margin']) =>
      estimated(normalSampleSize({ effect: 0, sd: 4, alpha: 0.05, margin }, 0.8)).nPerArm;
    const z = 1.6448536269514722 + 0.8416212335729143;
    // D = mT − .9·mC is 1 without an effect; mT − 1.1·mC is −1.
    within(size(relative), z * z * 16 * (1 + 0.81), 1e-14);
    within(size({ ...relative, harm: 'increase' }), z * z * 16 * (1 + 1.21), 1e-14);
    within(size({ ...relative, kind: 'absolute', value: 1 }), z * z * 32, 1e-14);
  });

  it('are not reached by an effect within the null hypothesis', () => {
    const plan: MeanPlan = { effect: 0, sd: 4, alpha: 0.05, margin: { ...relative, claim: 'superiority' } };
    expect(() => normalSampleSize(plan, 0.8)).toThrow('effect must be on the claimed side of the margin.');
    // On the margin itself the power is alpha.
    expect(normalPower({ ...plan, effect: 1 }, 100).power).toBeCloseTo(0.05, 12);
    expect(normalPower(plan, 100).power).toBeLessThan(0.05);
    expect(normalPower({ ...plan, effect: -1, margin: { ...relative } }, 100).power).toBeCloseTo(0.05, 12);
    const harmfulIncrease = { ...relative, harm: 'increase' } as const;
    expect(normalPower({ ...plan, effect: 1, margin: harmfulIncrease }, 100).power).toBeCloseTo(0.05, 12);
    const less = { ...harmfulIncrease, claim: 'superiority' } as const;
    expect(normalPower({ ...plan, effect: -1, margin: less }, 100).power).toBeCloseTo(0.05, 12);
  });

  it('have a detectable effect that lies its distance beyond them', () => {
    for (const harm of ['increase', 'decrease'] as const)
      for (const claim of ['non-inferiority', 'superiority'] as const) {
        const design = { sd: 4, alpha: 0.05, margin: { ...relative, harm, claim } };
        const { effect } = estimated(normalDetectableEffect(design, 200, 0.8));
        expect(normalPower({ ...design, effect }, 200).power).toBeCloseTo(0.8, 12);
        const ofT = estimated(meanDetectableEffect(design, 200, 0.8));
        expect(meanPower({ ...design, effect: ofT.effect }, 200).power).toBeCloseTo(0.8, 10);
      }
  });

  it('of proportions have the sizes of Blackwelder’s formula', () => {
    const plan = proportionMarginPlan(
      { control: 0.85, treatment: 0.8, alpha: 0.025, allocation: 2 },
      { claim: 'non-inferiority', kind: 'absolute', value: 0.15, harm: 'decrease' },
    );
    const z = 1.959963984540054 + 1.2815515655446004;
    const variance = 0.1275 / 2 + 0.16;
    within(estimated(normalSampleSize(plan, 0.9)).nPerArm, (z * z * variance) / 0.01, 1e-12);
  });
});

describe('power of two proportions', () => {
  it('is R’s power.prop.test(n = 50, p1 = .5, p2 = .75): .7401659, and needs n = 76.7 for .9', () => {
    const plan = { control: 0.5, treatment: 0.75, alpha: 0.05 };
    expect(proportionPower(plan, 50).power).toBeCloseTo(0.7401659013313878, 12);
    // The closed form; R’s documentation gives 76.7. SciPy 1.17.1 (brentq) for the two-sided one.
    expect(estimated(proportionSampleSize(plan, 0.9)).nPerArm).toBeCloseTo(76.70692845177756, 9);
    const strict = estimated(proportionSampleSize({ ...plan, strict: true }, 0.9)).nPerArm;
    expect(strict).toBeCloseTo(76.70691611581748, 8);
    const detectable = estimated(detectableProportion({ control: 0.5, alpha: 0.05 }, 50, 0.9, 'increase'));
    expect(detectable.treatment).toBeCloseTo(0.8026305817038948, 10);
  });

  // SciPy 1.17.1 from the formula.
  it('allows for unequal arms, one side and both', () => {
    within(
      proportionPower({ control: 0.1, treatment: 0.13, allocation: 4, alpha: 0.05 }, 500).power,
      0.4959415849397158,
      1e-12,
    );
    within(
      estimated(proportionSampleSize({ control: 0.1, treatment: 0.13, allocation: 4, alpha: 0.05 }, 0.8))
        .nPerArm,
      1076.8993436852504,
      1e-12,
    );
    within(
      proportionPower({ control: 0.05, treatment: 0.08, sided: 1, alpha: 0.05 }, 200).power,
      0.3340572709627495,
      1e-12,
    );
    within(
      estimated(proportionSampleSize({ control: 0.01, treatment: 0.011, alpha: 0.05 }, 0.8)).nPerArm,
      163094.6174981421,
      1e-11,
    );
    within(
      proportionPower({ control: 0.5, treatment: 0.55, strict: true, alpha: 0.05 }, 20).power,
      0.06126360779445289,
      1e-12,
    );
  });

  it('is inverted by sample size and detectable share, grows with units, and is the same for non-events', () => {
    const share = fc.double({ min: 0.02, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.boolean(), (control, treatment, strict) => {
        fc.pre(Math.abs(control - treatment) > 0.01);
        const plan = { control, treatment, alpha: 0.05, strict };
        const { nPerArm } = estimated(proportionSampleSize(plan, 0.8));
        expect(proportionPower(plan, nPerArm).power).toBeCloseTo(0.8, 9);
        expect(proportionPower(plan, nPerArm * 1.1).power).toBeGreaterThan(0.8);
        const mirrored = { ...plan, control: 1 - control, treatment: 1 - treatment };
        expect(proportionPower(mirrored, nPerArm).power).toBeCloseTo(0.8, 9);
        const direction = treatment > control ? 'increase' : 'decrease';
        const found = estimated(
          detectableProportion({ control, alpha: 0.05, strict }, nPerArm, 0.8, direction),
        );
        expect(found.treatment).toBeCloseTo(treatment, 8);
        expect(found.difference).toBeCloseTo(treatment - control, 8);
      }),
      RUNS,
    );
  });

  it('cannot detect what not even certainty would show', () => {
    expect(detectableProportion({ control: 0.9, alpha: 0.05 }, 10, 0.8, 'increase')).toEqual({
      kind: 'unknown',
      reason: 'too-few-units',
    });
  });
});

describe('units that a running experiment still needs', () => {
  it('are n[(se(zα + zβ)/MDE)² − 1]', () => {
    const running = { n: 1000, mde: 1, alpha: 0.05, power: 0.8 };
    const z = 1.959963984540054 + 0.8416212335729143;
    const result = estimated(remainingUnits({ ...running, se: 0.5 }));
    within(result.remaining, 1000 * ((0.5 * z) ** 2 - 1), 1e-13);
    const enough = estimated(remainingUnits({ ...running, se: 0.2 }));
    expect([enough.remaining, enough.enough]).toEqual([0, true]);
    expect(enough.total).toBeLessThan(1000);
    expect(remainingUnits({ ...running, n: 0, se: 1 })).toEqual({ kind: 'unknown', reason: 'no-units' });
  });

  it('are those of gbstats’ mid-experiment power, within its tolerance of 1e-5 in power', () => {
    // 500 units an arm, Σ 500 and 525, Σ² 1500 and 1551.25: standard error of the lift by the delta method.
    const se = 0.09179789598577316;
    const running = { n: 1000, se, mde: 0.05, alpha: 0.05, power: 0.8 };
    within(estimated(remainingUnits(running)).remaining / 1000, 25.45703125, 5e-5);
    const watching = { kind: 'any-time', tuning: 5000 } as const;
    within(estimated(remainingUnits({ ...running, watching })).remaining / 1000, 55.66796875, 5e-5);
  });
});

describe('the spread of a ratio', () => {
  it('is that of its linearised values', () => {
    const parts = {
      numeratorMean: 6,
      numeratorSd: 3,
      denominatorMean: 4,
      denominatorSd: 2,
      correlation: 0.5,
    };
    // (9 − 2·1.5·.5·6 + 2.25·4)/16
    expect(ratioSd(parts)).toBeCloseTo(Math.sqrt((9 - 9 + 9) / 16), 14);
    expect(ratioSd({ ...parts, correlation: 1 })).toBe(0);
    expect(ratioSd({ ...parts, denominatorSd: 0, denominatorMean: 1 })).toBe(3);
    const negative = { ...parts, numeratorMean: -6, correlation: -0.5 };
    expect(ratioSd(negative)).toBeCloseTo(ratioSd(parts), 14);
  });
});

describe('bad input', () => {
  const plan = { effect: 1, sd: 1, alpha: 0.05 };
  const margin = { claim: 'non-inferiority', kind: 'relative', value: 0.1, harm: 'decrease' } as const;
  it.each([
    ['alpha', () => meanPower({ ...plan, alpha: 0 }, 20)],
    ['alpha', () => meanPower({ ...plan, alpha: 0.5, sided: 1 }, 20)],
    ['sd', () => meanPower({ ...plan, sd: 0 }, 20)],
    ['controlSd', () => meanPower({ ...plan, controlSd: -1 }, 20)],
    ['effect', () => meanPower({ ...plan, effect: Number.NaN }, 20)],
    ['effect', () => meanSampleSize({ ...plan, effect: 0 }, 0.8)],
    ['nPerArm', () => meanPower(plan, 1)],
    ['nPerArm', () => normalPower(plan, 0)],
    ['allocation', () => meanPower({ ...plan, allocation: 0 }, 20)],
    ['covariateCorrelation', () => meanPower({ ...plan, covariateCorrelation: 1 }, 20)],
    ['sided', () => meanPower({ ...plan, sided: 3 as 1 }, 20)],
    ['sided', () => meanPower({ ...plan, sided: 2, margin: { ...margin, controlMean: 1 } }, 20)],
    ['margin.controlMean', () => meanPower({ ...plan, margin }, 20)],
    ['margin.controlMean', () => meanPower({ ...plan, margin: { ...margin, controlMean: -1 } }, 20)],
    ['margin.value', () => meanPower({ ...plan, margin: { ...margin, value: -1, controlMean: 1 } }, 20)],
    ['margin.value', () => meanPower({ ...plan, margin: { ...margin, value: 1.5, controlMean: 1 } }, 20)],
    ['power', () => meanSampleSize(plan, 1)],
    ['power', () => normalSampleSize(plan, 0.02)],
    ['control', () => proportionPower({ control: 0, treatment: 0.5, alpha: 0.05 }, 20)],
    ['treatment', () => proportionPower({ control: 0.5, treatment: 1, alpha: 0.05 }, 20)],
    ['treatment', () => proportionSampleSize({ control: 0.5, treatment: 0.5, alpha: 0.05 }, 0.8)],
    ['power', () => proportionSampleSize({ control: 0.5, treatment: 0.6, alpha: 0.05 }, 0.01)],
    ['n', () => remainingUnits({ n: -1, se: 1, mde: 1, alpha: 0.05, power: 0.8 })],
    ['mde', () => remainingUnits({ n: 1, se: 1, mde: 0, alpha: 0.05, power: 0.8 })],
    [
      'denominatorMean',
      () =>
        ratioSd({ numeratorMean: 1, numeratorSd: 1, denominatorMean: 0, denominatorSd: 1, correlation: 0 }),
    ],
    [
      'correlation',
      () =>
        ratioSd({ numeratorMean: 1, numeratorSd: 1, denominatorMean: 1, denominatorSd: 1, correlation: 2 }),
    ],
  ])('names %s', (field, call) => {
    expect(call).toThrow(`${field} must be `);
  });
});
