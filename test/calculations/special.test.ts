import { describe, expect, it } from 'vitest';
import { computeOutcome, findCalculation } from '../../src/calculations/index.ts';
import { specialCalculations } from '../../src/calculations/special.ts';

const compute = (name: string, input: unknown): object =>
  computeOutcome(findCalculation(specialCalculations, name), input);

/** Each argument in its own place: values that change when two of them are swapped. Closed forms, or mpmath 1.4. */
describe('special functions by name', () => {
  it.each([
    ['normal-survival', { z: 5 }, 2.866515718791939e-7],
    ['normal-log-survival', { z: 100 }, -5005.524208694205],
    ['normal-cdf', { z: -5 }, 2.866515718791939e-7],
    ['normal-quantile', { p: 1e-300 }, -37.0470962993612],
    ['student-t-survival', { t: 1, df: 2 }, 0.5 - 1 / Math.sqrt(12)],
    ['student-t-log-survival', { t: 1, df: 2 }, Math.log(0.5 - 1 / Math.sqrt(12))],
    ['student-t-upper-quantile', { q: 0.025, df: 10 }, 2.228138851986274],
    ['noncentral-t-cdf', { t: 2, df: 38, ncp: 3 }, 0.16166685250541418],
    ['noncentral-t-survival', { t: -2, df: 38, ncp: -3 }, 0.16166685250541418],
    ['chi-square-survival', { x: 3, df: 2 }, Math.exp(-1.5)],
    ['chi-square-log-survival', { x: 3000, df: 2 }, -1500],
    ['incomplete-beta', { x: 0.2, a: 2, b: 3 }, 0.1808],
    ['incomplete-beta', { x: 1, a: 1, b: 1e20, complement: 1e-30 }, 1],
    ['log-incomplete-beta', { x: 1, a: 2, b: 1, complement: 1e-30 }, -2e-30],
    ['beta-quantile', { p: 0.3, a: 5, b: 1 }, 0.3 ** 0.2],
    ['log-beta', { a: 2, b: 3 }, -Math.log(12)],
    ['log-gamma', { x: 0.5 }, 0.5 * Math.log(Math.PI)],
  ])('%s of %j', (name, input, expected) => {
    const outcome: { kind?: string; value?: number } = compute(name, input);
    expect(outcome.kind).toBe('estimate');
    expect(Math.abs((outcome.value ?? Number.NaN) / expected - 1)).toBeLessThan(1e-12);
  });

  it('says that a figure is too large for doubles', () => {
    expect(compute('log-gamma', { x: 1e308 })).toEqual({ kind: 'unknown', reason: 'overflow' });
    expect(compute('student-t-upper-quantile', { q: 1e-300, df: 0.1 })).toEqual({
      kind: 'unknown',
      reason: 'overflow',
    });
  });

  it.each([
    ['normal-quantile', { p: 0 }, 'p'],
    ['student-t-survival', { t: 1, df: 0 }, 'df'],
    ['student-t-upper-quantile', { q: 1, df: 3 }, 'q'],
    ['noncentral-t-cdf', { t: 1, df: 3 }, 'ncp'],
    ['chi-square-survival', { x: -1, df: 3 }, 'x'],
    ['incomplete-beta', { x: 0.2, a: 1, b: 1, complement: 0.7 }, 'complement'],
    ['log-incomplete-beta', { x: 0, a: 1, b: 1 }, 'x'],
    ['log-gamma', { x: 0 }, 'x'],
  ])('%s refuses %j, naming %s', (name, input, field) => {
    expect(() => compute(name, input)).toThrow(new RegExp(`\\b${field}\\b`));
  });

  it('has a name for each special function', async () => {
    const functions = Object.keys(await import('../../analysis/special/index.ts'));
    const kebab = functions.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    expect(specialCalculations.map(({ name }) => name).sort()).toEqual(kebab.sort());
  });
});
