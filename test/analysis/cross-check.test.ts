import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import jstat from 'jstat';
import { mean, sampleVariance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { armSummary, momentsOf } from '../../analysis/index.ts';
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
  normalCdf,
  normalLogSurvival,
  normalQuantile,
  normalSurvival,
  studentTLogSurvival,
  studentTSurvival,
  studentTUpperQuantile,
} from '../../analysis/special/index.ts';
import { accuracyTable } from './accuracy-table.ts';
import { referenceFiles } from './special-references.ts';

it('docs/statistics.md carries the accuracy table that these references give', () => {
  const page = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8');
  const committed = /<!-- accuracy table[^>]*-->\n([\s\S]*?)\n<!-- end of the accuracy table -->/.exec(page);
  const fresh = accuracyTable(Object.values(referenceFiles).flat());
  expect(committed?.[1], `docs/statistics.md is to carry this table:\n\n${fresh}\n`).toBe(fresh);
});

/** Agreement to the accuracy that these packages have where they have any; ours is held to 1e-12 elsewhere. */
const agrees = (actual: number, theirs: number, relative: number): void =>
  expect(Math.abs(actual / theirs - 1)).toBeLessThan(relative);

describe('in the middle of the distributions, jstat says the same', () => {
  it.each([-2, -1, -0.3, 0.4, 1.7, 3])('of the normal at %d', (z) => {
    agrees(normalCdf(z), jstat.normal.cdf(z, 0, 1), 1e-9);
  });
  it.each([
    [0.5, 3],
    [1.2, 12],
    [2.1, 40],
  ])('of t at %d with %d degrees of freedom', (t, df) => {
    agrees(studentTSurvival(t, df), 1 - jstat.studentt.cdf(t, df), 1e-6);
    agrees(studentTUpperQuantile(0.025, df), jstat.studentt.inv(0.975, df), 1e-6);
  });
  it.each([
    [2, 38, 3],
    [2.5, 12, 1],
    [0.7, 60, 2],
  ])('of the noncentral t at %d with %d degrees of freedom and noncentrality %d', (t, df, ncp) => {
    // jstat is 4e-9 away from the reference at worst here.
    agrees(noncentralTCdf(t, df, ncp), jstat.noncentralt.cdf(t, df, ncp), 1e-8);
  });
  it.each([
    [0.7, 1],
    [3, 2],
    [11, 10],
  ])('of χ² at %d with %d degrees of freedom', (x, df) => {
    agrees(chiSquareSurvival(x, df), 1 - jstat.chisquare.cdf(x, df), 1e-7);
  });
  it.each([
    [0.025, 3, 8],
    [0.6, 40, 2.5],
  ])('of the beta quantile for %d with %d and %d', (p, a, b) => {
    agrees(betaQuantile(p, a, b), jstat.beta.inv(p, a, b), 1e-7);
  });
});

describe('simple-statistics', () => {
  it('says the same of a mean and a standard deviation', () => {
    const values = [3.2, 0, 0, 17.5, 4, 1.25, 0, 9];
    const summary = armSummary(
      momentsOf(
        values.map((value) => [value]),
        [4],
      ),
      'mean',
    );
    if (summary.kind === 'unknown') throw new Error(summary.reason);
    agrees(summary.mean, mean(values), 1e-14);
    agrees(summary.sd ** 2, sampleVariance(values), 1e-14);
  });
});

describe('the special functions among themselves', () => {
  const RUNS = { seed: 19_080_301, numRuns: 400 } as const;
  /** Uniform on the scale of the logarithm. */
  const over = (from: number, to: number) =>
    fc.double({ min: Math.log(from), max: Math.log(to), noNaN: true }).map(Math.exp);
  const df = over(0.1, 1e10);
  const shape = over(1e-2, 1e8);
  const z = fc.double({ min: -37, max: 37, noNaN: true });
  const ncp = fc.double({ min: -40, max: 40, noNaN: true });
  const area = over(1e-290, 0.5);
  const close = (a: number, b: number, relative = 1e-12): void =>
    expect(Math.abs(a - b)).toBeLessThanOrEqual(relative * Math.max(Math.abs(a), Math.abs(b)));

  it('the two tails add up to 1', () => {
    fc.assert(
      fc.property(z, df, ncp, (t: number, f: number, c: number) => {
        close(normalCdf(t) + normalSurvival(t), 1);
        close(studentTSurvival(t, f) + studentTSurvival(-t, f), 1);
        close(noncentralTCdf(t, f, c) + noncentralTSurvival(t, f, c), 1);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(over(1e-6, 0.5), shape, shape, (x: number, a: number, b: number) => {
        close(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a, x), 1);
      }),
      RUNS,
    );
  });

  it('logarithms are those of the areas', () => {
    fc.assert(
      fc.property(z, df, (t: number, f: number) => {
        close(Math.exp(normalLogSurvival(t)), normalSurvival(t));
        if (studentTSurvival(t, f) > 1e-290)
          close(Math.exp(studentTLogSurvival(t, f)), studentTSurvival(t, f));
        const x = f + t * Math.sqrt(2 * f);
        if (x > 0 && chiSquareSurvival(x, f) > 1e-290)
          close(Math.exp(chiSquareLogSurvival(x, f)), chiSquareSurvival(x, f));
      }),
      RUNS,
    );
    fc.assert(
      fc.property(over(1e-6, 1), shape, shape, (x: number, a: number, b: number) => {
        const lower = incompleteBeta(x, a, b);
        if (lower > 1e-290) close(Math.exp(logIncompleteBeta(x, a, b)), lower);
      }),
      RUNS,
    );
  });

  it('quantiles undo areas', () => {
    fc.assert(
      fc.property(area, df, (p: number, f: number) => {
        close(normalCdf(normalQuantile(p)), p);
        const t = studentTUpperQuantile(p, f);
        if (Number.isFinite(t)) close(studentTSurvival(t, f), p);
      }),
      RUNS,
    );
    // The lower tail of a beta of large parameters answers to the last bit of x with its 1e8th part of 1e-16.
    fc.assert(
      fc.property(area, over(1e-2, 1e3), over(1e-2, 1e3), (p: number, a: number, b: number) => {
        const x = betaQuantile(p, a, b);
        if (x > 1e-290 && x < 0.999) close(incompleteBeta(x, a, b), p);
      }),
      RUNS,
    );
  });

  it('areas fall as their argument grows', () => {
    fc.assert(
      fc.property(z, over(1e-3, 5), df, ncp, (t: number, step: number, f: number, c: number) => {
        const falls = (area: (at: number) => number) =>
          expect(area(t + step)).toBeLessThanOrEqual(area(t) * (1 + 1e-12));
        falls(normalSurvival);
        falls((at) => studentTSurvival(at, f));
        falls((at) => noncentralTSurvival(at, f, c));
        falls((at) => -normalLogSurvival(-at));
      }),
      RUNS,
    );
    fc.assert(
      fc.property(z, over(1e-3, 5), df, (c: number, step: number, f: number) => {
        // More noncentrality, more beyond any point.
        expect(noncentralTCdf(2, f, c + step)).toBeLessThanOrEqual(noncentralTCdf(2, f, c) * (1 + 1e-12));
      }),
      RUNS,
    );
  });

  it('limits and special cases', () => {
    fc.assert(
      fc.property(z, over(1e-3, 1e3), (t: number, a: number) => {
        // t of 1 and 2 degrees of freedom and χ² of 2 have closed forms; t of 1e10 is nearly normal.
        close(studentTSurvival(Math.abs(t), 1), Math.atan2(1, Math.abs(t)) / Math.PI);
        close(chiSquareSurvival(Math.abs(t), 2), Math.exp(-Math.abs(t) / 2));
        close(studentTSurvival(t, 1e10), normalSurvival(t), (1 + t ** 4) / 1e10);
        close(incompleteBeta(0.3, a, 1), 0.3 ** a);
        close(chiSquareSurvival(t * t, 1), 2 * normalSurvival(Math.abs(t)));
      }),
      RUNS,
    );
  });

  it('ln Γ and ln B obey their recurrences', () => {
    fc.assert(
      fc.property(over(1e-3, 1e6), over(1e-3, 1e6), (a: number, b: number) => {
        const scale = 1e-14 * (1 + Math.abs(logGamma(a)) + Math.abs(logGamma(b)));
        expect(Math.abs(logGamma(a + 1) - logGamma(a) - Math.log(a))).toBeLessThanOrEqual(scale);
        expect(logBeta(a, b)).toBe(logBeta(b, a));
        expect(Math.abs(logBeta(a + 1, b) - logBeta(a, b) - Math.log(a / (a + b)))).toBeLessThanOrEqual(
          scale,
        );
      }),
      RUNS,
    );
  });
});
