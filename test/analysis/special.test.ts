import { describe, expect, it } from 'vitest';
import { AnalysisInputError } from '../../analysis/index.ts';
import {
  betaQuantile,
  chiSquareLogSurvival,
  chiSquareSurvival,
  incompleteBeta,
  logBeta,
  logGamma,
  logIncompleteBeta,
  noncentralTCdf,
  noncentralTSurvival,
  normalLogSurvival,
  normalQuantile,
  normalSurvival,
  studentTLogSurvival,
  studentTSurvival,
  studentTUpperQuantile,
} from '../../analysis/special/index.ts';
import { contestants, relativeError } from './accuracy-table.ts';
import { corrected, corrections, type Reference, referenceFiles, supplied } from './special-references.ts';

const BOUND = 1e-12;

/** What the shortest of them promise beyond that. */
const TIGHTER: Readonly<Record<string, number>> = {
  norm_sf: 1e-14,
  norm_cdf_low: 1e-14,
  norm_log_sf: 1e-14,
  norm_inv: 1e-15,
  gammaln: 1e-14,
  beta_log: 1e-14,
};

function misses(references: readonly Reference[]): string[] {
  return references.flatMap(({ fn, args, ref }) => {
    const value = contestants[fn]?.ours(...args) ?? Number.NaN;
    const error = relativeError(value, Number(ref));
    return error <= (TIGHTER[fn] ?? BOUND)
      ? []
      : [`${fn}(${args.join(', ')}) = ${value}, not ${ref}: ${error}`];
  });
}

describe.each(Object.entries(referenceFiles))('against %s', (_, references) => {
  it.each([...new Set(references.map(({ fn }) => fn))])('%s is right to a relative 1e-12 or better', (fn) => {
    expect(misses(references.filter((reference) => reference.fn === fn))).toEqual([]);
  });
});

it('has references for every function', () => {
  const functions = new Set(Object.values(referenceFiles).flatMap((all) => all.map(({ fn }) => fn)));
  expect(functions).toEqual(new Set(Object.keys(contestants)));
});

it('corrects two references and no more, each of which differs from what was supplied', () => {
  const changed = supplied.filter((reference) => corrected(reference) !== reference);
  expect(changed.map(({ args }) => args)).toEqual(corrections.map(({ args }) => args));
  expect(corrections.length).toBe(2);
  for (const { ref, was } of corrections)
    expect(relativeError(Number(was), Number(ref))).toBeGreaterThan(1e-8);
});

describe('at the edges', () => {
  it('the normal distribution', () => {
    expect([normalSurvival(Infinity), normalSurvival(-Infinity), normalSurvival(0)]).toEqual([0, 1, 0.5]);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0]);
    expect(relativeError(normalSurvival(normalQuantile(5e-324) * -1), 5e-324)).toBeLessThan(0.5);
  });

  it('Student’s t, also where t² overflows', () => {
    expect([studentTSurvival(Infinity, 3), studentTSurvival(-Infinity, 3), studentTSurvival(0, 3)]).toEqual([
      0, 1, 0.5,
    ]);
    expect([studentTUpperQuantile(0, 3), studentTUpperQuantile(1, 3), studentTUpperQuantile(0.5, 3)]).toEqual(
      [Infinity, -Infinity, 0],
    );
    // One degree of freedom is Cauchy's distribution: 1/(πt) far out.
    expect(relativeError(studentTSurvival(1e200, 1), 1 / (Math.PI * 1e200))).toBeLessThan(BOUND);
    expect(relativeError(studentTUpperQuantile(1e-290, 1), 1e290 / Math.PI)).toBeLessThan(BOUND);
  });

  it('χ² and the incomplete beta function', () => {
    expect([chiSquareSurvival(0, 3), chiSquareSurvival(Infinity, 3)]).toEqual([1, 0]);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
    expect(relativeError(incompleteBeta(0.5, 1e8, 1e8), 0.5)).toBeLessThan(BOUND);
  });

  it('logarithms of areas that underflow, or that are nearly 1', () => {
    expect([normalLogSurvival(Infinity), normalLogSurvival(-Infinity)]).toEqual([-Infinity, 0]);
    expect([studentTLogSurvival(Infinity, 3), studentTLogSurvival(-Infinity, 3)]).toEqual([-Infinity, 0]);
    expect([chiSquareLogSurvival(Infinity, 3), chiSquareLogSurvival(0, 3)]).toEqual([-Infinity, 0]);
    expect([logIncompleteBeta(0, 2, 3), logIncompleteBeta(1, 2, 3)]).toEqual([-Infinity, 0]);
    // The other tail underflows: ln(1 − p) is 0, and not −0.
    expect([logIncompleteBeta(0.9, 1e8, 1e8), chiSquareLogSurvival(1, 1e10)]).toEqual([0, 0]);
    // I_x(a, 1) = x^a and the upper tail of χ² with 2 degrees of freedom is exp(−x/2).
    expect(relativeError(logIncompleteBeta(0.5, 1e7, 1), 1e7 * Math.log(0.5))).toBeLessThan(BOUND);
    expect(relativeError(chiSquareLogSurvival(1e9, 2), -5e8)).toBeLessThan(BOUND);
    expect(relativeError(chiSquareLogSurvival(1e-20, 2), -5e-21)).toBeLessThan(BOUND);
  });

  it('takes the complement of x where that is what is known', () => {
    // ln of the upper tail y^b of a beta(1, b), beside an x that is 1 to all digits of a double.
    expect(relativeError(logIncompleteBeta(1e-30, 2, 1, 1), 2 * Math.log(1e-30))).toBeLessThan(BOUND);
    expect(relativeError(logIncompleteBeta(1, 2, 1, 1e-30), 2 * -1e-30)).toBeLessThan(BOUND);
    expect(incompleteBeta(0.2, 2, 3, 0.8)).toBe(incompleteBeta(0.2, 2, 3));
  });

  it('the noncentral t, at 0, at infinity, and without noncentrality', () => {
    expect([noncentralTCdf(-Infinity, 3, 1), noncentralTCdf(Infinity, 3, 1)]).toEqual([0, 1]);
    expect(noncentralTCdf(0, 3, 2)).toBe(normalSurvival(2));
    expect(relativeError(noncentralTSurvival(2.5, 7, 0), studentTSurvival(2.5, 7))).toBeLessThan(BOUND);
    expect(relativeError(noncentralTCdf(-2.5, 7, 0), studentTSurvival(2.5, 7))).toBeLessThan(BOUND);
  });

  it('quantiles of beta', () => {
    expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([0, 1]);
    expect(relativeError(betaQuantile(0.3, 5, 1), 0.3 ** 0.2)).toBeLessThan(BOUND);
    // x^a/(a·B(a, b)) is the whole of the lower tail here: b = 1 makes it x^a.
    expect(relativeError(betaQuantile(1e-290, 1.01, 1), 1e-290 ** (1 / 1.01))).toBeLessThan(BOUND);
    expect(betaQuantile(1e-300, 1e-3, 1)).toBe(0);
    expect(logBeta(1, 1)).toBeCloseTo(0, 14);
  });

  it.each([
    ['ncp', () => noncentralTCdf(1, 3, Number.NaN)],
    ['t', () => noncentralTCdf(Number.NaN, 3, 1)],
    ['df', () => noncentralTSurvival(1, 0, 1)],
    ['z', () => normalLogSurvival(Number.NaN)],
    ['t', () => studentTLogSurvival(Number.NaN, 3)],
    ['df', () => studentTLogSurvival(1, 0)],
    ['x', () => chiSquareLogSurvival(-1, 3)],
    ['df', () => chiSquareLogSurvival(1, Infinity)],
    ['x', () => logIncompleteBeta(-0.1, 1, 1)],
    ['a', () => logIncompleteBeta(0.1, 0, 1)],
    ['complement', () => logIncompleteBeta(0.1, 1, 1, 0.8)],
    ['p', () => betaQuantile(1.1, 1, 1)],
    ['b', () => betaQuantile(0.1, 1, 0)],
    ['a', () => logBeta(Infinity, 1)],
    ['z', () => normalSurvival(Number.NaN)],
    ['p', () => normalQuantile(1.5)],
    ['p', () => normalQuantile(Number.NaN)],
    ['t', () => studentTSurvival(Number.NaN, 3)],
    ['df', () => studentTSurvival(1, 0)],
    ['df', () => studentTSurvival(1, Number.NaN)],
    ['q', () => studentTUpperQuantile(-0.1, 3)],
    ['df', () => studentTUpperQuantile(0.1, Infinity)],
    ['x', () => chiSquareSurvival(-1, 1)],
    ['df', () => chiSquareSurvival(1, 0)],
    ['x', () => incompleteBeta(1.1, 1, 1)],
    ['a', () => incompleteBeta(0.5, 0, 1)],
    ['b', () => incompleteBeta(0.5, 1, Number.NaN)],
    ['x', () => logGamma(0)],
  ])('names %s when it is outside the domain', (argument, call) => {
    expect(call).toThrow(AnalysisInputError);
    expect(call).toThrow(new RegExp(`^${argument} must be `));
  });
});
