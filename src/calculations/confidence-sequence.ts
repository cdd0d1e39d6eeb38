import { z } from 'zod';
import {
  betaBinomialBounds,
  bettingBounds,
  empiricalBernsteinBounds,
  observeBetting,
  observeEmpiricalBernstein,
  startBetting,
  startEmpiricalBernstein,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const sidesSchema = z
  .enum(['both', 'lower', 'upper'])
  .default('both')
  .describe('both bounds at alpha together, or one of them at alpha');
const positive = z.number().positive();
const meanInput = z.strictObject({
  values: z
    .array(z.number().nonnegative())
    .max(1_000_000)
    .describe('a number per unit, from 0 to the cap, in order of arrival'),
  cap: positive.describe('what no value exceeds, fixed beforehand'),
  alpha: alphaSchema,
  sides: sidesSchema,
});

export const confidenceSequenceCalculations: readonly Calculation[] = [
  calculation({
    name: 'confidence-sequence-proportion',
    about: 'Bounds of a proportion that hold at any time, by Robbins’ beta-binomial mixture',
    input: z.strictObject({
      n: z.int().nonnegative(),
      events: z.int().nonnegative(),
      alpha: alphaSchema,
      sides: sidesSchema,
      prior: z
        .tuple([positive, positive])
        .default([1, 1])
        .describe('pseudo-counts with and without the event'),
    }),
    example: { n: 1000, events: 30, alpha: 0.05 },
    compute: ({ n, events, alpha, ...options }) => {
      const ci = betaBinomialBounds({ n, events }, alpha, options);
      if (n === 0) return { kind: 'unknown', reason: 'no-units' };
      return { kind: 'estimate', estimate: events / n, ci, lower: ci[0], upper: ci[1] };
    },
  }),
  calculation({
    name: 'confidence-sequence-mean-betting',
    about: 'Bounds of the mean of capped values that hold at any time, by hedged betting',
    input: meanInput,
    example: { values: [0, 3, 0, 12, 0, 0, 7, 20, 0, 1], cap: 20, alpha: 0.05 },
    compute: ({ values, ...plan }) => bettingBounds(observeBetting(startBetting(plan), values)),
  }),
  calculation({
    name: 'confidence-sequence-mean-bernstein',
    about: 'Bounds of the mean of capped values that hold at any time, by the empirical Bernstein inequality',
    input: meanInput,
    example: { values: [0, 3, 0, 12, 0, 0, 7, 20, 0, 1], cap: 20, alpha: 0.05 },
    compute: ({ values, ...plan }) =>
      empiricalBernsteinBounds(observeEmpiricalBernstein(startEmpiricalBernstein(plan), values)),
  }),
];
