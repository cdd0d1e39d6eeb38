import { describe, expect, it } from 'vitest';
import { equalFractions, lanDeMetsBounds } from '../../analysis/group-sequential/index.ts';
import {
  anytimePower,
  anytimeSampleSize,
  groupSequentialPower,
  groupSequentialSampleSize,
  type MeanPlan,
  normalPower,
  normalSampleSize,
  remainingUnits,
  simulatedMeans,
  simulatedPower,
} from '../../analysis/power/index.ts';
import { normalQuantile } from '../../analysis/special/index.ts';
import { estimated, uniforms } from './units.ts';

const PLAN: MeanPlan = { effect: 0.2, sd: 1, alpha: 0.05 };
/** Units with which the fixed test has a power of 80 %. */
const FIXED = estimated(normalSampleSize(PLAN, 0.8)).nPerArm;

const obrienFleming = (looks: number, sided: 1 | 2 = 2) => {
  const informationFractions = equalFractions(looks);
  const { z } = lanDeMetsBounds({
    informationFractions,
    alpha: PLAN.alpha,
    sided,
    spending: 'obrien-fleming',
  });
  return { informationFractions, bounds: z };
};

describe('group-sequential power', () => {
  it('is 78.5 % at the units of a fixed test with 80 %, by Lan & DeMets with 14 looks', () => {
    const { power, cumulative, expectedNPerArm } = groupSequentialPower(PLAN, FIXED, obrienFleming(14));
    // The published figure is a simulation's; the recursion's is .7834.
    expect(Math.abs(power - 0.785)).toBeLessThan(0.002);
    expect(cumulative).toHaveLength(14);
    expect(expectedNPerArm).toBeLessThan(FIXED);
    cumulative.forEach((reached, i) => {
      expect(reached).toBeGreaterThanOrEqual(cumulative[i - 1] ?? 0);
    });
  });

  it('is the fixed test’s with a single look', () => {
    const single = groupSequentialPower(PLAN, 300, {
      bounds: [1.959963984540054],
      informationFractions: [1],
    });
    expect(single.power).toBeCloseTo(normalPower(PLAN, 300).power, 10);
    const strict = { ...PLAN, effect: 0.01, strict: true };
    const both = groupSequentialPower(strict, 300, {
      bounds: [1.959963984540054],
      informationFractions: [1],
    });
    expect(both.power).toBeCloseTo(normalPower(strict, 300).power, 10);
  });

  it('is inverted by the sample size', () => {
    for (const looks of [1, 2, 5]) {
      const plan: MeanPlan = { ...PLAN, allocation: 3, controlSd: 2, sided: 1 };
      const { nPerArm } = estimated(groupSequentialSampleSize(plan, 0.9, obrienFleming(looks, 1)));
      expect(groupSequentialPower(plan, nPerArm, obrienFleming(looks, 1)).power).toBeCloseTo(0.9, 7);
    }
  });

  it('needs the inflation factor of Pocock’s test with two looks, 1.110 (Jennison & Turnbull 2000, table 2.2)', () => {
    const looks = { bounds: [2.1782715, 2.1782715], informationFractions: [0.5, 1] };
    const { nPerArm } = estimated(groupSequentialSampleSize(PLAN, 0.8, looks));
    expect(nPerArm / FIXED).toBeCloseTo(1.11, 3);
  });

  it('is what a simulation of the looks finds', () => {
    const [looks, units] = [obrienFleming(3), 300];
    const uniform = uniforms(7);
    const drift = 0.2 / Math.sqrt(2 / units);
    const { ci } = simulatedPower(
      (generator) => {
        let [sum, before] = [0, 0];
        return looks.informationFractions.some((t, i) => {
          sum += drift * (t - before) + Math.sqrt(t - before) * normalQuantile(generator());
          before = t;
          return sum / Math.sqrt(t) >= (looks.bounds[i] ?? Number.POSITIVE_INFINITY);
        });
      },
      { runs: 20_000, generator: uniform, alpha: 0.0027 },
    );
    const { power } = groupSequentialPower(PLAN, units, looks);
    expect(ci[0] < power && power < ci[1]).toBe(true);
  });

  it('wants a last look at the final units', () => {
    const looks = { bounds: [2, 2], informationFractions: [0.5, 0.9] };
    expect(() => groupSequentialPower(PLAN, 100, looks)).toThrow('informationFractions[1] must be 1');
    expect(() => groupSequentialSampleSize(PLAN, 0.8, looks)).toThrow('informationFractions[1] must be 1');
  });
});

describe('power at any time', () => {
  it('is 48.6 % at the units of a fixed test with 80 %, with 14 looks', () => {
    const { power } = anytimePower(PLAN, FIXED, { tuning: 'final', looks: 14 });
    // The published figure is a simulation's; the recursion's is .4838.
    expect(Math.abs(power - 0.486)).toBeLessThan(0.003);
    // N* in units of both arms.
    expect(anytimePower(PLAN, FIXED, { tuning: 2 * FIXED, looks: 14 }).power).toBeCloseTo(power, 12);
  });

  it('is Φ(δ/se − boundary) with one look, and grows with looks and units', () => {
    // The two-sided boundary at n = N* is 3.035.
    const one = anytimePower(PLAN, FIXED, { tuning: 'final' }).power;
    expect(one).toBeCloseTo(normalPower({ ...PLAN, alpha: 2 * 0.00120185 }, FIXED).power, 4);
    let before = one;
    for (const looks of [2, 5, 20]) {
      const { power } = anytimePower(PLAN, FIXED, { tuning: 'final', looks });
      expect(power).toBeGreaterThan(before);
      before = power;
    }
    expect(anytimePower(PLAN, FIXED * 1.2, { tuning: 800 }).power).toBeGreaterThan(
      anytimePower(PLAN, FIXED, { tuning: 800 }).power,
    );
    expect(before).toBeLessThan(normalPower(PLAN, FIXED).power);
  });

  it.each([
    [{ tuning: 'final' as const, looks: 1 }, 2 as const],
    [{ tuning: 'final' as const, looks: 6 }, 1 as const],
    [{ tuning: 500, looks: 1 }, 2 as const],
    [{ tuning: 50_000, looks: 1 }, 1 as const],
    [{ tuning: 5000, looks: 6 }, 2 as const],
  ])('is inverted by the sample size: %o, %d-sided', (watching, sided) => {
    const plan: MeanPlan = { ...PLAN, sided, allocation: 2 };
    const { nPerArm } = estimated(anytimeSampleSize(plan, 0.8, watching));
    expect(anytimePower(plan, nPerArm, watching).power).toBeCloseTo(0.8, 7);
    expect(nPerArm).toBeGreaterThan(estimated(normalSampleSize(plan, 0.8)).nPerArm);
  });

  it('gives a running experiment the units that planning gives', () => {
    const { nPerArm } = estimated(anytimeSampleSize(PLAN, 0.8, { tuning: 3000 }));
    const running = { n: 200, se: Math.sqrt(2 / 100), mde: 0.2, alpha: 0.05, power: 0.8 };
    const anyTime = estimated(remainingUnits({ ...running, watching: { kind: 'any-time', tuning: 3000 } }));
    expect(anyTime.total / (2 * nPerArm)).toBeCloseTo(1, 10);
    const looks = obrienFleming(4);
    const planned = estimated(groupSequentialSampleSize(PLAN, 0.8, looks));
    const atLooks = estimated(
      remainingUnits({ ...running, watching: { kind: 'group-sequential', ...looks } }),
    );
    expect(atLooks.total / (2 * planned.nPerArm)).toBeCloseTo(1, 10);
  });

  it('names what is wrong', () => {
    expect(() => anytimePower(PLAN, 100, { tuning: 0 })).toThrow('tuning must be ');
    expect(() => anytimePower(PLAN, 100, { tuning: 100, looks: 0 })).toThrow('looks must be ');
    expect(() => anytimeSampleSize({ ...PLAN, effect: 0 }, 0.8, { tuning: 100 })).toThrow('effect must be ');
    expect(anytimeSampleSize({ ...PLAN, effect: 1e-8 }, 0.8, { tuning: 1e9 })).toEqual({
      kind: 'unknown',
      reason: 'overflow',
    });
  });
});

describe('power by simulation', () => {
  it('agrees with the closed form where there is one', () => {
    // Two values a standard deviation of 1 apart on either side: 200 an arm are as good as normal.
    const experiment = simulatedMeans({
      model: { kind: 'resampled', values: [-1, 1] },
      lift: 0,
      shift: 0.25,
      units: { control: 200, treatment: 100 },
      alpha: 0.05,
    });
    const { ci, runs, rejections, power } = simulatedPower(experiment, {
      runs: 4000,
      generator: uniforms(3),
      alpha: 0.0027,
    });
    const expected = normalPower({ effect: 0.25, sd: 1, allocation: 2, alpha: 0.05 }, 100).power;
    expect(ci[0] < expected && expected < ci[1]).toBe(true);
    expect(power).toBe(rejections / runs);
  });

  it('gives the same answer for the same seed, and rejects seldom without an effect', () => {
    const run = (lift: number, seed: number) =>
      simulatedPower(
        simulatedMeans({
          model: { kind: 'zero-inflated', share: 0.2, logMean: 3, logSd: 1 },
          lift,
          shift: 0,
          units: { control: 400, treatment: 400 },
          alpha: 0.05,
        }),
        { runs: 500, generator: uniforms(seed), alpha: 0.05 },
      );
    expect(run(0.3, 5)).toEqual(run(0.3, 5));
    expect(run(0.3, 5)).not.toEqual(run(0.3, 6));
    // Skew makes Welch's test conservative; three binomial standard errors above 5 % are 7.9 %.
    expect(run(0, 5).power).toBeLessThan(0.079);
    expect(run(0.8, 5).power).toBeGreaterThan(run(0.3, 5).power);
  });

  it('draws lognormal figures in the share that is asked for', () => {
    const seen: number[] = [];
    const generator = uniforms(11);
    simulatedPower(
      (uniform) => {
        const one = { control: 2, treatment: 2 };
        const model = { kind: 'zero-inflated', share: 1, logMean: 1, logSd: 1e-9 } as const;
        seen.push(uniform());
        return simulatedMeans({ model, lift: 1, shift: 0, units: one, alpha: 0.05 })(uniform);
      },
      { runs: 5, generator, alpha: 0.05 },
    );
    expect(seen).toHaveLength(5);
    // With next to no spread every lift is seen.
    const sure = simulatedMeans({
      model: { kind: 'zero-inflated', share: 1, logMean: 1, logSd: 1e-6 },
      lift: 0.1,
      shift: 0,
      units: { control: 5, treatment: 5 },
      alpha: 0.05,
    });
    expect(simulatedPower(sure, { runs: 50, generator, alpha: 0.05 }).power).toBe(1);
  });

  it('has Wilson’s interval', () => {
    // R's prop.test(80, 100, correct = FALSE): .7111708, .8666331
    let i = 0;
    const { ci, power } = simulatedPower(() => i++ < 80, { runs: 100, generator: () => 0.5, alpha: 0.05 });
    expect(power).toBe(0.8);
    expect(ci[0]).toBeCloseTo(0.7111708, 6);
    expect(ci[1]).toBeCloseTo(0.8666331, 6);
    const never = simulatedPower(() => false, { runs: 10, generator: () => 0.5, alpha: 0.05 });
    expect(never.ci[0]).toBe(0);
  });

  it.each([
    ['runs', () => simulatedPower(() => true, { runs: 0, generator: () => 0.5, alpha: 0.05 })],
    ['model.values', () => simulated({ kind: 'resampled', values: [] })],
    ['model.values[0]', () => simulated({ kind: 'resampled', values: [Number.NaN] })],
    ['model.share', () => simulated({ kind: 'zero-inflated', share: 0, logMean: 0, logSd: 1 })],
    ['model.logSd', () => simulated({ kind: 'zero-inflated', share: 1, logMean: 0, logSd: 0 })],
  ])('names %s', (field, call) => {
    expect(call).toThrow(`${field} must be `);
  });

  function simulated(model: Parameters<typeof simulatedMeans>[0]['model']) {
    return simulatedMeans({ model, lift: 0, shift: 0, units: { control: 2, treatment: 2 }, alpha: 0.05 });
  }
});
