import { describe, expect, it } from 'vitest';
import { type Calculation, computeOutcome } from '../../src/calculations/index.ts';
import { powerCalculations } from '../../src/calculations/power.ts';

/** What a method answers, as a record of figures. */
function answer(name: string, input: unknown): Readonly<Record<string, unknown>> {
  const method = powerCalculations.find((each: Calculation) => each.name === name);
  if (method === undefined) throw new Error(`there is no ${name}`);
  return Object(computeOutcome(method, input));
}

const figure = (name: string, input: unknown, field: string): number => Number(answer(name, input)[field]);

describe('calculations of power', () => {
  it('have the figures of R', () => {
    expect(figure('power-mean', { nPerArm: 20, effect: 1, sd: 1, alpha: 0.05 }, 'power')).toBeCloseTo(
      0.868953,
      6,
    );
    expect(figure('sample-size-mean', { effect: 1, sd: 1, alpha: 0.05, power: 0.9 }, 'nPerArm')).toBeCloseTo(
      22.02109,
      4,
    );
    expect(figure('power-proportion', { nPerArm: 50, a: 0.5, b: 0.75 }, 'power')).toBeCloseTo(0.7401659, 6);
  });

  it('take an effect as a lift, and a ratio by its parts', () => {
    const plan = { sd: 4, power: 0.9 };
    const asEffect = figure('sample-size-normal', { ...plan, effect: 0.5 }, 'nPerArm');
    expect(figure('sample-size-normal', { ...plan, lift: 0.05, controlMean: 10 }, 'nPerArm')).toBeCloseTo(
      asEffect,
      9,
    );
    const ratio = { numeratorMean: 6, numeratorSd: 4, denominatorMean: 1, denominatorSd: 0, correlation: 0 };
    expect(figure('sample-size-normal', { ratio, power: 0.9, effect: 0.5 }, 'nPerArm')).toBeCloseTo(
      asEffect,
      9,
    );
    const mde = answer('detectable-effect-normal', { nPerArm: 100, sd: 4, controlMean: 10 });
    expect(Number(mde['lift'])).toBeCloseTo(Number(mde['effect']) / 10, 12);
  });

  it('size each test for its decision: α/(success metrics × variants), β/(guardrails + 1)', () => {
    const decision = { successMetrics: 2, variants: 2, guardrails: 3 };
    const plan = { effect: 0.5, sd: 4 };
    for (const method of ['sample-size-normal', 'sample-size-mean', 'sample-size-group-sequential']) {
      const alone = figure(method, { ...plan, alpha: 0.0125, power: 0.95 }, 'nPerArm');
      expect(figure(method, { ...plan, alpha: 0.05, power: 0.8, decision }, 'nPerArm')).toBeCloseTo(alone, 8);
    }
    const margin = { claim: 'non-inferiority', kind: 'absolute', value: 0.5, harm: 'decrease' };
    const guardrail = { effect: 0, sd: 4, margin };
    const alone = figure('sample-size-normal', { ...guardrail, alpha: 0.05, power: 0.95 }, 'nPerArm');
    expect(figure('sample-size-normal', { ...guardrail, power: 0.8, decision }, 'nPerArm')).toBeCloseTo(
      alone,
      8,
    );
    const running = { n: 1000, se: 0.5, mde: 1 };
    expect(figure('remaining-units', { ...running, power: 0.8, decision }, 'total')).toBeCloseTo(
      figure('remaining-units', { ...running, alpha: 0.0125, power: 0.95 }, 'total'),
      8,
    );
    expect(figure('power-proportion', { nPerArm: 50, a: 0.5, b: 0.75, decision }, 'power')).toBeCloseTo(
      figure('power-proportion', { nPerArm: 50, a: 0.5, b: 0.75, alpha: 0.0125 }, 'power'),
      12,
    );
  });

  it('watch at looks, at any time or once', () => {
    const plan = { effect: 0.5, sd: 4, power: 0.8 };
    const once = figure('sample-size-normal', plan, 'nPerArm');
    const looks = figure('sample-size-group-sequential', { ...plan, looks: 4 }, 'nPerArm');
    const any = figure('sample-size-any-time', { ...plan, tuning: 'final', looks: 4 }, 'nPerArm');
    expect(once < looks && looks < any).toBe(true);
    expect(
      figure('power-group-sequential', { nPerArm: looks, effect: 0.5, sd: 4, looks: 4 }, 'power'),
    ).toBeCloseTo(0.8, 7);
    const se = Math.sqrt((2 * 16) / 100);
    const running = { n: 200, se, mde: 0.5 };
    const watched = (watching: object) => figure('remaining-units', { ...running, watching }, 'total');
    expect(watched({ kind: 'group-sequential', looks: 4 })).toBeCloseTo(2 * looks, 6);
    expect(watched({ kind: 'any-time', tuning: 2000 })).toBeGreaterThan(2 * once);
  });

  it('simulate the same for the same seed', () => {
    const experiment = {
      model: { kind: 'resampled', values: [-1, 1] },
      shift: 0.3,
      units: { control: 150, treatment: 150 },
      runs: 1000,
    };
    const first = answer('power-simulation', experiment);
    expect(answer('power-simulation', experiment)).toEqual(first);
    expect(answer('power-simulation', { ...experiment, seed: 2 ** 40 + 1 })).not.toEqual(first);
    // Three binomial standard errors.
    const expected = figure('power-normal', { nPerArm: 150, effect: 0.3, sd: 1 }, 'power');
    expect(Math.abs(Number(first['power']) - expected)).toBeLessThan(
      3 * Math.sqrt((expected * (1 - expected)) / 1000),
    );
  });

  it.each([
    ['power-mean', { nPerArm: 20, effect: 1 }, 'sd must be given, or else ratio'],
    ['power-mean', { nPerArm: 20, sd: 1 }, 'effect must be given, or else lift and controlMean'],
    ['power-mean', { nPerArm: 20, sd: 1, lift: 0.1 }, 'effect must be given, or else lift and controlMean'],
    ['power-mean', { nPerArm: 1, sd: 1, effect: 1 }, 'nPerArm must be at least 2'],
    ['sample-size-mean', { sd: 1, effect: 0 }, 'effect must be other than 0'],
    ['power-proportion', { nPerArm: 10, a: 0, b: 0.5 }, 'a is not valid'],
    [
      'power-simulation',
      { model: { kind: 'resampled', values: [1] }, units: { control: 1e7, treatment: 1e7 }, runs: 1000 },
      'runs must leave runs × units at most 20000000',
    ],
  ])('%s names what is wrong with %o', (name, input, message) => {
    expect(() => answer(name, input)).toThrow(message);
  });
});
