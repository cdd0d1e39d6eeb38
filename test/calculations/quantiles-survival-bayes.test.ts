import { describe, expect, it } from 'vitest';
import { bayesCalculations } from '../../src/calculations/bayes.ts';
import { computeOutcome } from '../../src/calculations/index.ts';
import { quantileCalculations } from '../../src/calculations/quantiles.ts';
import { survivalCalculations } from '../../src/calculations/survival.ts';

const methods = [...bayesCalculations, ...quantileCalculations, ...survivalCalculations];

/** What a method answers, as a record. */
function answer(name: string, input: unknown): Readonly<Record<string, unknown>> {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`there is no ${name}`);
  return Object(computeOutcome(method, input));
}

describe('quantile-difference', () => {
  const units = Array.from({ length: 60 }, (_, i) => [i, i + 0.5, (i * 7) % 60].slice(0, 1 + (i % 3)));
  const values = units.flat();
  const treatment = { values: values.map((value) => value + 3) };

  it('reads values, the values of units, and order statistics with sums over units', () => {
    const fromUnits = answer('quantile-difference', { quantile: 0.5, control: { units }, treatment });
    const control = Object(fromUnits['control']);
    const indicators = units.map((unit) => unit.filter((value) => value <= control.value).length);
    const sum = (f: (i: number, m: number) => number) =>
      units.reduce((total, unit, k) => total + f(indicators[k] ?? 0, unit.length), 0);
    const plain = Object(answer('quantile', { quantile: 0.5, arm: { values } }));
    const { n, value, lower, upper } = plain;
    const clusters = {
      units: units.length,
      below: sum((i) => i),
      observations: sum((_, m) => m),
      belowSquares: sum((i) => i * i),
      products: sum((i, m) => i * m),
      observationsSquares: sum((_, m) => m * m),
    };
    const summed = answer('quantile-difference', {
      quantile: 0.5,
      control: { n, value, lower, upper, clusters },
      treatment,
    });
    expect(Number(summed['se'])).toBeCloseTo(Number(fromUnits['se']), 10);
    const { varianceRatio } = Object(answer('quantile-clustering', { clusters }));
    expect(control.se).toBeCloseTo(plain.se * Math.sqrt(varianceRatio), 12);
    const independent = answer('quantile-difference', { quantile: 0.5, control: { values }, treatment });
    expect(independent['estimate']).toBe(3);
    expect(independent['se']).not.toBeCloseTo(Number(fromUnits['se']), 3);
  });

  it('says why there is no answer, and names what is wrong', () => {
    const few = { values: [1, 2, 3] };
    expect(answer('quantile-difference', { quantile: 0.9, control: few, treatment })).toEqual({
      kind: 'unknown',
      reason: 'too-few-units',
    });
    const control = { n: 100, value: 2, lower: 3, upper: 4 };
    expect(() => answer('quantile-difference', { quantile: 0.5, control, treatment })).toThrow(
      'lower must be at most the value',
    );
  });
});

describe('survival', () => {
  const control = [
    { day: 1, atRisk: 10, events: 2 },
    { day: 3, atRisk: 8, events: 2 },
  ];
  const treatment = [
    { day: 1, atRisk: 10, events: 1 },
    { day: 3, atRisk: 9, events: 0 },
  ];
  const unitsOf = (events: readonly number[], watched: number) => ({
    units: [
      ...events.map((time) => ({ time, event: true })),
      ...Array.from({ length: watched }, () => ({ time: 5, event: false })),
    ],
  });

  it('is the same from tables and from units', () => {
    const fromUnits = { control: unitsOf([1, 1, 3, 3], 6), treatment: unitsOf([1], 9) };
    expect(answer('log-rank', { strata: [{ control, treatment }] })).toEqual(
      answer('log-rank', { strata: [fromUnits] }),
    );
    const day = { day: 3, alpha: 0.1 };
    expect(answer('survival-difference', { control, treatment, ...day })).toEqual(
      answer('survival-difference', { ...fromUnits, ...day }),
    );
  });

  it('has the published χ² as its example', () => {
    const method = survivalCalculations.find(({ name }) => name === 'log-rank');
    expect(Number(answer('log-rank', method?.example)['chiSquare'])).toBeCloseTo(16.793, 3);
  });

  it('names a day that is missing', () => {
    const short = [{ day: 2, atRisk: 10, events: 1 }, ...treatment.slice(1)];
    expect(() => answer('log-rank', { strata: [{ control, treatment: short }] })).toThrow(
      'strata[0].treatment must be given for day 1 too',
    );
  });
});

describe('Bayes', () => {
  it('has the published expected losses', () => {
    const loss = answer('expected-loss', { mean: 0.1, sd: 0.05 });
    expect(Number(loss['better'])).toBeCloseTo(0.1004245351, 10);
    expect(Number(loss['worse'])).toBeCloseTo(0.0004245351, 10);
  });

  it('reads two arms as it reads their effect', () => {
    const arms = {
      control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
      treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
    };
    const prior = { mean: 0, sd: 0.3 };
    const fromArms = answer('bayesian-means', { ...arms, scale: 'lift', prior });
    const { estimate, se } = Object(fromArms);
    const fromEffect = answer('bayesian-effect', { estimate, se, prior });
    expect(fromArms).toMatchObject(fromEffect);
    expect(se).toBeCloseTo(0.37879, 5);
    const posterior = answer('normal-posterior', { estimate, se, prior });
    expect(posterior['mean']).toBe(fromEffect['mean']);
  });
});
