import { z } from 'zod';
import { applyCap, compareMeans, pooledCap, pooledCapOfCounts } from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { pairOf } from './vector-arms.ts';

const totals = z.array(z.array(z.number()).max(1_000_000)).max(100);
const rule = {
  level: z.number().gt(0).lt(1).describe('0.99: the 99th percentile'),
  zeros: z
    .enum(['included', 'left-out'])
    .default('left-out')
    .describe('whether units at 0 or below count towards the percentile'),
};

export const meanCalculations: readonly Calculation[] = [
  calculation({
    name: 'welch-absolute',
    about: 'Difference of two means by Welch’s t test, with its interval',
    input: z.strictObject({ control: armSchema, treatment: armSchema, alpha: alphaSchema }),
    example: {
      control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
      treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
      alpha: 0.05,
    },
    compute: ({ control, treatment, alpha }) => {
      const outcome = compareMeans({ ...pairOf(momentsOfArm(control), momentsOfArm(treatment)), alpha });
      if (outcome.kind === 'unknown') return outcome;
      const { estimate, ci, se, statistic, df } = outcome.absolute;
      return { kind: 'estimate', estimate, ci, se, t: statistic, df, p: outcome.p };
    },
  }),
  calculation({
    name: 'pooled-cap',
    about: 'A metric’s cap: a percentile of all arms’ unit totals together',
    input: z.strictObject({ arms: totals.describe('each arm’s unit totals'), ...rule }),
    example: {
      arms: [
        [0, 0, 5, 10],
        [0, 20, 30],
      ],
      level: 0.5,
    },
    compute: ({ arms, level, zeros }) => pooledCap(arms, { level, zeros }),
  }),
  calculation({
    name: 'pooled-cap-of-counts',
    about: 'A metric’s cap from each arm’s values and their numbers of units',
    input: z.strictObject({
      arms: z
        .array(z.array(z.tuple([z.number(), z.int().nonnegative()])).max(1_000_000))
        .max(100)
        .describe('per arm [value, units]; a value may occur more than once'),
      ...rule,
    }),
    example: {
      arms: [
        [
          [0, 2],
          [5, 1],
          [10, 1],
        ],
        [
          [0, 1],
          [20, 1],
          [30, 1],
        ],
      ],
      level: 0.5,
    },
    compute: ({ arms, level, zeros }) => pooledCapOfCounts(arms, { level, zeros }),
  }),
  calculation({
    name: 'capped-values',
    about: 'Unit totals under a cap, and how many of them it lowers',
    input: z.strictObject({ values: z.array(z.number()).max(1_000_000), cap: z.number() }),
    example: { values: [1, 5, 40], cap: 10 },
    compute: ({ values, cap }) => ({ kind: 'estimate', ...applyCap(values, cap) }),
  }),
];
