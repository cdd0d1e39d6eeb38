import { z } from 'zod';
import { bayesianEffect, effectOfMeans, expectedLoss, normalPosterior } from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const priorSchema = z
  .strictObject({ mean: z.number(), sd: z.number().positive() })
  .nullable()
  .default(null)
  .describe('normal, on the scale of the effect; null for a flat one');

const readingSchema = {
  prior: priorSchema,
  threshold: z.number().default(0).describe('the effect that the treatment must beat'),
  alpha: alphaSchema,
};

export const bayesCalculations: readonly Calculation[] = [
  calculation({
    name: 'bayesian-effect',
    about: 'Posterior of an effect: chance to beat control, credible interval, expected losses',
    input: z.strictObject({ estimate: z.number(), se: z.number().positive(), ...readingSchema }),
    example: { estimate: 0.1, se: 0.05, prior: { mean: 0, sd: 0.1 }, alpha: 0.05 },
    compute: bayesianEffect,
  }),
  calculation({
    name: 'bayesian-means',
    about: 'The Bayesian reading of two means, on the scale of their difference or of the lift',
    input: z.strictObject({
      control: armSchema,
      treatment: armSchema,
      scale: z.enum(['absolute', 'lift']).default('absolute'),
      ...readingSchema,
    }),
    example: {
      control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
      treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
      scale: 'lift',
      prior: { mean: 0, sd: 0.3 },
    },
    compute: ({ control, treatment, scale, ...reading }) => {
      const effect = effectOfMeans(momentsOfArm(control), momentsOfArm(treatment), scale);
      if (effect.kind === 'unknown') return effect;
      const { estimate, se } = effect;
      const result = bayesianEffect({ estimate, se, ...reading });
      return result.kind === 'unknown' ? result : { ...result, estimate, se };
    },
  }),
  calculation({
    name: 'expected-loss',
    about: 'Expected losses of keeping control (better) and of shipping treatment (worse)',
    input: z.strictObject({ mean: z.number(), sd: z.number().positive() }),
    example: { mean: 0.1, sd: 0.05 },
    compute: (belief) => ({ kind: 'estimate', ...expectedLoss(belief) }),
  }),
  calculation({
    name: 'normal-posterior',
    about: 'What is believed of an effect after the data, by the normal–normal model',
    input: z.strictObject({ estimate: z.number(), se: z.number().positive(), prior: priorSchema }),
    example: { estimate: 0.1, se: 0.05, prior: { mean: 0, sd: 0.05 } },
    compute: normalPosterior,
  }),
];
