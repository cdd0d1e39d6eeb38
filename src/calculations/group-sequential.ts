import { z } from 'zod';
import {
  alphaSpent,
  driftForPower,
  exitProbabilities,
  inflationFactor,
  MOST_LOOKS,
  repeatedInterval,
  stagewisePValue,
} from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';
import { groupSequentialBoundCalculations } from './group-sequential-bounds.ts';
import { bound, fractions, sided, spending } from './group-sequential-inputs.ts';

const bounds = z.array(bound).min(1).max(MOST_LOOKS);
const power = z.number().gt(0).lt(1).describe('probability to stop above the upper bound at any look');

export const groupSequentialCalculations: readonly Calculation[] = [
  ...groupSequentialBoundCalculations,
  calculation({
    name: 'alpha-spent',
    about: 'How much alpha a spending function has spent at an information fraction',
    input: z.strictObject({
      fraction: z.number().min(0),
      alpha: alphaSchema.describe('of one side'),
      spending,
    }),
    example: { fraction: 0.5, alpha: 0.025, spending: 'obrien-fleming' },
    compute: (input) => ({
      kind: 'estimate',
      alphaSpent: alphaSpent(input.fraction, input.alpha, input.spending),
    }),
  }),
  calculation({
    name: 'group-sequential-exit-probabilities',
    about: 'Where a group-sequential test stops, given the true effect: its alpha, power and expected size',
    input: z.strictObject({
      bounds,
      informationFractions: fractions,
      drift: z.number().default(0).describe('mean of z at information fraction 1'),
      sided,
    }),
    example: { bounds: [2.797, 1.977], informationFractions: [0.5, 1], drift: 2.8 },
    compute: (input) => ({ kind: 'estimate', ...exitProbabilities(input) }),
  }),
  calculation({
    name: 'group-sequential-inflation',
    about: 'Drift that gives a group-sequential test its power, and its size against a fixed test',
    input: z.strictObject({ bounds, informationFractions: fractions, alpha: alphaSchema, sided, power }),
    example: { bounds: [2.797, 1.977], informationFractions: [0.5, 1], alpha: 0.05, power: 0.8 },
    compute: ({ alpha, ...test }) => {
      const drift = driftForPower(test);
      return { kind: 'estimate', drift, inflationFactor: inflationFactor({ ...test, alpha, drift }) };
    },
  }),
  calculation({
    name: 'group-sequential-p-value',
    about: 'p of a group-sequential test that has stopped, by stagewise ordering',
    input: z.strictObject({
      boundsBefore: z
        .array(bound)
        .max(MOST_LOOKS - 1)
        .describe('of the looks before the one that stopped'),
      informationFractions: fractions.describe('of the looks up to that one'),
      z: z.number(),
      sided,
    }),
    example: { boundsBefore: [2.797], informationFractions: [0.5, 1], z: 2.2 },
    compute: (input) => ({
      kind: 'estimate',
      ...asField('bounds', 'boundsBefore', () => stagewisePValue(input)),
    }),
  }),
  calculation({
    name: 'group-sequential-interval',
    about: 'Repeated confidence interval: estimate ± the look’s bound × standard error',
    input: z.strictObject({ estimate: z.number(), se: z.number().positive(), bound }),
    example: { estimate: 0.29, se: 0.125, bound: 2.5114 },
    compute: ({ estimate, se, bound }) => repeatedInterval(estimate, se, bound),
  }),
];
