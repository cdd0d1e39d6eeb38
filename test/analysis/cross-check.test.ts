import jstat from 'jstat';
import { mean, sampleVariance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { armSummary, momentsOf } from '../../analysis/index.ts';
import {
  chiSquareSurvival,
  normalCdf,
  studentTSurvival,
  studentTUpperQuantile,
} from '../../analysis/special/index.ts';

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
    [0.7, 1],
    [3, 2],
    [11, 10],
  ])('of χ² at %d with %d degrees of freedom', (x, df) => {
    agrees(chiSquareSurvival(x, df), 1 - jstat.chisquare.cdf(x, df), 1e-7);
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
