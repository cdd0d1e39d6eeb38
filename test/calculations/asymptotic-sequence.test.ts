import { expect, it } from 'vitest';
import { asymptoticSequenceCalculations } from '../../src/calculations/asymptotic-sequence.ts';
import { computeOutcome, findCalculation } from '../../src/calculations/index.ts';

const control = { n: 3000, sum: 1396.87, sumSquares: 52377.9767 };
const treatment = { n: 3461, sum: 2422.7, sumSquares: 134698.29 };
const proportions = { control: { n: 3000, events: 1396 }, treatment: { n: 3461, events: 2422 } };

function compute(name: string, input: object): Record<string, unknown> {
  return { ...computeOutcome(findCalculation(asymptoticSequenceCalculations, name), input) };
}

const rounded = (value: unknown, digits: number) =>
  [value].flat().map((figure) => Number(Number(figure).toFixed(digits)));

it('shows GrowthBook’s figures (gbstats, sequential tests) to their digits', () => {
  const lift = compute('sequential-lift', { control, treatment, tuning: 1000 });
  expect([rounded(lift['estimate'], 5), rounded(lift['ci'], 5), rounded(lift['se'], 5)]).toEqual([
    [0.50336],
    [-0.55844, 1.56516],
    [0.33341],
  ]);
  expect(lift['p']).toBe(1);
  const proportion = compute('sequential-lift-proportion', { ...proportions, tuning: 5000 });
  expect([rounded(proportion['ci'], 5), rounded(proportion['se'], 5)]).toEqual([
    [0.40098, 0.60675],
    [0.03386],
  ]);
  const bound = compute('sequential-absolute-greater', { control, treatment, tuning: 5000 });
  expect(rounded(bound['lower'], 9)).toEqual([-0.126568442]);
});

it('bounds one side by the e-value on request, and only that side', () => {
  const input = { control, treatment, tuning: 5000, form: 'e-value' };
  const greater = compute('sequential-absolute-greater', input);
  expect(rounded(greater['lower'], 5)).toEqual([-0.1251]);
  expect(greater).not.toHaveProperty('upper');
  const less = compute('sequential-absolute-less', { ...input, control: treatment, treatment: control });
  expect(less['upper']).toBe(-Number(greater['lower']));
  expect(less).not.toHaveProperty('lower');
});

it('remembers the p of earlier looks', () => {
  expect(compute('sequential-absolute', { control, treatment, tuning: 5000, previousP: 0.01 })).toMatchObject(
    {
      p: 0.01,
      pNow: expect.closeTo(0.760125, 6),
    },
  );
});

it('says what there is no answer for', () => {
  const none = { n: 0, sum: 0, sumSquares: 0 };
  const at = (input: object) => compute('sequential-absolute', { control, treatment, ...input });
  expect(at({ tuning: 1000, control: none })).toEqual({ kind: 'unknown', reason: 'no-units' });
  expect(at({ start: 10_000 })).toEqual({ kind: 'unknown', reason: 'too-early' });
  const constant = { n: 10, events: 10 };
  expect(
    compute('sequential-absolute-proportion', { control: constant, treatment: constant, tuning: 100 }),
  ).toEqual({ kind: 'unknown', reason: 'zero-variance' });
  expect(
    compute('sequential-lift-proportion', { ...proportions, control: { n: 10, events: 0 }, tuning: 100 }),
  ).toEqual({ kind: 'unknown', reason: 'zero-denominator' });
});

it('wants either N* or a start', () => {
  const wrong = expect.objectContaining({ message: expect.stringContaining('either tuning or start') });
  expect(() => compute('sequential-absolute', { control, treatment })).toThrow(wrong);
  expect(() => compute('sequential-absolute', { control, treatment, tuning: 10, start: 10 })).toThrow(wrong);
});
