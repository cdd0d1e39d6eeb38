import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  chiSquareSurvival,
  incompleteBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  normalSurvival,
  studentTSurvival,
  studentTUpperQuantile,
} from '../../analysis/special/index.ts';

interface Reference {
  readonly fn: string;
  readonly args: readonly [number, number, number];
  /** 25 digits. */
  readonly ref: string;
}

const BOUND = 1e-12;

/** What the shortest of them promise beyond that. */
const TIGHTER: Readonly<Record<string, number>> = {
  norm_sf: 1e-14,
  norm_cdf_low: 1e-14,
  norm_inv: 1e-15,
  gammaln: 1e-14,
};

const FUNCTIONS: Readonly<Record<string, (x: number, y: number, z: number) => number>> = {
  norm_sf: (z) => normalSurvival(z),
  norm_cdf_low: (z) => normalCdf(z),
  norm_inv: (p) => normalQuantile(p),
  t_sf: (t, df) => studentTSurvival(t, df),
  t_isf: (q, df) => studentTUpperQuantile(q, df),
  chi2_sf: (x, df) => chiSquareSurvival(x, df),
  beta_cdf: (x, a, b) => incompleteBeta(x, a, b),
  gammaln: (x) => logGamma(x),
};

/** The noncentral t belongs to power, which has no function here. */
const NOT_HERE = 'nct_cdf';

const read = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'));

const corrections = read<Reference & { was: string }>('special-reference-corrections.json');

/**
 * Two references of the supplied file are wrong from the eighth digit on. mpmath's betainc, the series of positive terms
 * and SciPy's t.sf give the corrected values; quadrature over panels of ¼ gives the digits of the file.
 */
const corrected = (reference: Reference): Reference =>
  corrections.find(
    ({ fn, was, args }) =>
      fn === reference.fn &&
      was === reference.ref &&
      args[0] === reference.args[0] &&
      args[1] === reference.args[1],
  ) ?? reference;

const relativeError = (value: number, reference: number): number =>
  reference === 0 ? Math.abs(value) : Math.abs(value / reference - 1);

function misses(references: readonly Reference[]): string[] {
  return references.flatMap(({ fn, args, ref }) => {
    const value = FUNCTIONS[fn]?.(...args) ?? Number.NaN;
    const error = relativeError(value, Number(ref));
    return error <= (TIGHTER[fn] ?? BOUND)
      ? []
      : [`${fn}(${args.join(', ')}) = ${value}, not ${ref}: ${error}`];
  });
}

describe.each(['special-reference.json', 'special-reference-wide.json'])('against %s', (file) => {
  const references = read<Reference>(file).map(corrected);

  it.each(Object.keys(FUNCTIONS).filter((fn) => references.some((reference) => reference.fn === fn)))(
    '%s is right to a relative 1e-12 or better',
    (fn) => {
      expect(misses(references.filter((reference) => reference.fn === fn))).toEqual([]);
    },
  );

  it('every reference has a function or belongs to a later method', () => {
    const unknown = references
      .map(({ fn }) => fn)
      .filter((fn) => FUNCTIONS[fn] === undefined && fn !== NOT_HERE);
    expect(unknown).toEqual([]);
  });
});

it('corrects two references and no more, each of which differs from what was supplied', () => {
  const supplied = read<Reference>('special-reference.json');
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

  it.each([
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
    expect(call).toThrow(RangeError);
    expect(call).toThrow(new RegExp(`^${argument} must be `));
  });
});
