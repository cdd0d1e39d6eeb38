import { z } from 'zod';
import type { Outcome } from '../../analysis/index.ts';
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
import { type Calculation, calculation } from './calculation.ts';

const positive = z.number().gt(0);
const df = positive.describe('degrees of freedom, not necessarily a whole number');
const tailArea = z.number().gt(0).lt(1);

const ofZ = z.strictObject({ z: z.number() });
const ofT = z.strictObject({ t: z.number(), df });
const ofChiSquare = z.strictObject({ x: z.number().nonnegative(), df });
const ofNoncentralT = z.strictObject({
  t: z.number(),
  df,
  ncp: z.number().describe('noncentrality: the mean of the normal in the numerator'),
});
const shape = { a: positive, b: positive };
const complement = z
  .number()
  .min(0)
  .max(1)
  .optional()
  .describe('1 − x, where it is known better than a subtraction would give it');
const ofBeta = z.strictObject({ x: z.number().min(0).max(1), ...shape, complement });
const ofLogBeta = z.strictObject({ x: z.number().gt(0).max(1), ...shape, complement });

const outcomeOf = (value: number): Outcome<{ value: number }> =>
  Number.isFinite(value) ? { kind: 'estimate', value } : { kind: 'unknown', reason: 'overflow' };

export const specialCalculations: readonly Calculation[] = [
  calculation({
    name: 'normal-survival',
    about: 'Upper tail of the standard normal distribution',
    input: ofZ,
    example: { z: 1.959963984540054 },
    compute: ({ z }) => outcomeOf(normalSurvival(z)),
  }),
  calculation({
    name: 'normal-log-survival',
    about: 'Natural logarithm of the upper tail of the standard normal distribution',
    input: ofZ,
    example: { z: 100 },
    compute: ({ z }) => outcomeOf(normalLogSurvival(z)),
  }),
  calculation({
    name: 'normal-cdf',
    about: 'Lower tail of the standard normal distribution',
    input: ofZ,
    example: { z: -1.959963984540054 },
    compute: ({ z }) => outcomeOf(normalCdf(z)),
  }),
  calculation({
    name: 'normal-quantile',
    about: 'The z with a given lower tail of the standard normal distribution',
    input: z.strictObject({ p: tailArea.describe('lower tail') }),
    example: { p: 0.025 },
    compute: ({ p }) => outcomeOf(normalQuantile(p)),
  }),
  calculation({
    name: 'student-t-survival',
    about: 'Upper tail of Student’s t distribution',
    input: ofT,
    example: { t: 2.22813885198627, df: 10 },
    compute: ({ t, df }) => outcomeOf(studentTSurvival(t, df)),
  }),
  calculation({
    name: 'student-t-log-survival',
    about: 'Natural logarithm of the upper tail of Student’s t distribution',
    input: ofT,
    example: { t: 100, df: 1000 },
    compute: ({ t, df }) => outcomeOf(studentTLogSurvival(t, df)),
  }),
  calculation({
    name: 'student-t-upper-quantile',
    about: 'The t with a given upper tail of Student’s t distribution',
    input: z.strictObject({ q: tailArea.describe('upper tail'), df }),
    example: { q: 0.025, df: 10 },
    compute: ({ q, df }) => outcomeOf(studentTUpperQuantile(q, df)),
  }),
  calculation({
    name: 'noncentral-t-cdf',
    about: 'Lower tail of the noncentral t distribution',
    input: ofNoncentralT,
    example: { t: 2, df: 38, ncp: 3 },
    compute: ({ t, df, ncp }) => outcomeOf(noncentralTCdf(t, df, ncp)),
  }),
  calculation({
    name: 'noncentral-t-survival',
    about: 'Upper tail of the noncentral t distribution: the power of a t test',
    input: ofNoncentralT,
    example: { t: 2.024394164, df: 38, ncp: 3.16227766 },
    compute: ({ t, df, ncp }) => outcomeOf(noncentralTSurvival(t, df, ncp)),
  }),
  calculation({
    name: 'chi-square-survival',
    about: 'Upper tail of the χ² distribution',
    input: ofChiSquare,
    example: { x: 3.841458820694124, df: 1 },
    compute: ({ x, df }) => outcomeOf(chiSquareSurvival(x, df)),
  }),
  calculation({
    name: 'chi-square-log-survival',
    about: 'Natural logarithm of the upper tail of the χ² distribution',
    input: ofChiSquare,
    example: { x: 10_000, df: 1 },
    compute: ({ x, df }) => outcomeOf(chiSquareLogSurvival(x, df)),
  }),
  calculation({
    name: 'incomplete-beta',
    about: 'Regularised incomplete beta function: lower tail of the beta distribution',
    input: ofBeta,
    example: { x: 0.2, a: 2, b: 3 },
    compute: ({ x, a, b, complement }) => outcomeOf(incompleteBeta(x, a, b, complement)),
  }),
  calculation({
    name: 'log-incomplete-beta',
    about: 'Natural logarithm of the regularised incomplete beta function',
    input: ofLogBeta,
    example: { x: 0.5, a: 2000, b: 1 },
    compute: ({ x, a, b, complement }) => outcomeOf(logIncompleteBeta(x, a, b, complement)),
  }),
  calculation({
    name: 'beta-quantile',
    about: 'The x with a given lower tail of the beta distribution',
    input: z.strictObject({ p: tailArea.describe('lower tail'), ...shape }),
    example: { p: 0.025, a: 3, b: 8 },
    compute: ({ p, a, b }) => outcomeOf(betaQuantile(p, a, b)),
  }),
  calculation({
    name: 'log-beta',
    about: 'Natural logarithm of the beta function',
    input: z.strictObject(shape),
    example: { a: 2, b: 3 },
    compute: ({ a, b }) => outcomeOf(logBeta(a, b)),
  }),
  calculation({
    name: 'log-gamma',
    about: 'Natural logarithm of the gamma function above 0',
    input: z.strictObject({ x: positive }),
    example: { x: 0.5 },
    compute: ({ x }) => outcomeOf(logGamma(x)),
  }),
];
