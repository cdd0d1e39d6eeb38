import { describe, expect, it } from 'vitest';
import { computeOutcome, findCalculation } from '../../src/calculations/index.ts';
import { momentCalculations } from '../../src/calculations/moments.ts';
import { agreeingDigits, nistUnivariate } from '../analysis/nist-univariate.ts';

const compute = (input: unknown): object =>
  computeOutcome(findCalculation(momentCalculations, 'standard-deviation'), input);

describe('standard-deviation', () => {
  it('of values, and of their sums', () => {
    const expected = {
      kind: 'estimate',
      mean: expect.closeTo(7 / 3, 14),
      sd: expect.closeTo(Math.sqrt(7 / 3), 14),
      n: 3,
    };
    expect(compute({ values: [1, 2, 4] })).toEqual(expected);
    expect(compute({ n: 3, sum: 7, sumSquares: 21 })).toEqual(expected);
  });

  it.each(['NumAcc1', 'NumAcc2', 'NumAcc3', 'NumAcc4'])('of NIST’s %s by its name', (name) => {
    const set = nistUnivariate.find((one) => one.name === name);
    expect(compute({ name })).toEqual(compute({ values: set?.values }));
    expect(compute({ name, series: 'in words' })).toMatchObject({ kind: 'estimate', n: set?.values.length });
  });

  it.each(nistUnivariate)('of NIST’s $name to at least 8 digits', ({ values, mean, sd }) => {
    const outcome: { mean?: number; sd?: number } = compute({ values });
    expect(agreeingDigits(outcome.mean ?? Number.NaN, mean)).toBe(15);
    expect(agreeingDigits(outcome.sd ?? Number.NaN, sd)).toBeGreaterThan(8);
  });

  it('has no answer without values, with one, and where their squares overflow', () => {
    expect(compute({ values: [] })).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(compute({ values: [3] })).toEqual({ kind: 'unknown', reason: 'one-unit' });
    expect(compute({ values: [1e200, -1e200] })).toEqual({ kind: 'unknown', reason: 'overflow' });
  });

  it.each([
    [{}, 'values'],
    [{ values: [1, 2], n: 2, sum: 3, sumSquares: 5 }, 'values'],
    [{ n: 3, sum: 7 }, 'n'],
    [{ n: 3, sum: 7, sumSquares: 2 }, 'sumSquares'],
    [{ name: 'NumAcc5' }, 'name'],
    [{ values: [1, 2], series: '1, 2' }, 'series'],
    [{ values: [1, 'x'] }, 'values'],
  ])('refuses %j, naming %s', (input, field) => {
    expect(() => compute(input)).toThrow(new RegExp(`\\b${field}\\b`));
  });
});
