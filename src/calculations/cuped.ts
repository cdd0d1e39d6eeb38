import { z } from 'zod';
import { compareMeans, type Moments, momentsOf, withMissingIndicator } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { dimensionOf, momentsOfVectors, pairOf, shownComparison, vectorArmSchema } from './vector-arms.ts';

const slopesSchema = z
  .enum(['common', 'per-arm'])
  .default('common')
  .describe('one θ for both arms, or Lin’s own θ of each arm');

const partlyKnown = z.strictObject({
  values: z
    .array(z.tuple([z.number(), z.number().nullable()]))
    .max(1_000_000)
    .describe('[metric, pre-period] per unit, null where a unit has no pre-period'),
});

function marked({ values }: z.output<typeof partlyKnown>): Moments {
  const units = values.map(([outcome, before]) => withMissingIndicator(outcome, before));
  return momentsOf(units, units[0] ?? [0, 0, 0]);
}

export const cupedCalculations: readonly Calculation[] = [
  calculation({
    name: 'cuped-difference',
    about: 'Difference and lift of two means adjusted by pre-experiment covariates',
    input: z.strictObject({
      control: vectorArmSchema.describe(
        '[metric, covariates…] per unit: { n, sums, products }, or { values }',
      ),
      treatment: vectorArmSchema,
      slopes: slopesSchema,
      alpha: alphaSchema,
    }),
    example: {
      control: {
        values: [
          [1, 2],
          [3, 3],
          [4, 6],
          [2, 1],
        ],
      },
      treatment: {
        values: [
          [4, 3],
          [6, 5],
          [3, 2],
          [5, 3],
        ],
      },
      slopes: 'common',
    },
    compute: ({ control, treatment, slopes, alpha }) => {
      const dimension = dimensionOf(control);
      const arms = pairOf(
        momentsOfVectors('control', control, dimension),
        momentsOfVectors('treatment', treatment, dimension),
      );
      const outcome = compareMeans({ ...arms, covariate: true, slopes, alpha });
      return outcome.kind === 'unknown' ? outcome : shownComparison(outcome);
    },
  }),
  calculation({
    name: 'cuped-missing',
    about: 'CUPED where some units have no pre-period: X = 0 beside a missing indicator',
    input: z.strictObject({
      control: partlyKnown,
      treatment: partlyKnown,
      slopes: slopesSchema,
      alpha: alphaSchema,
    }),
    example: {
      control: {
        values: [
          [1, 2],
          [3, 3],
          [4, 6],
          [2, null],
          [1, null],
        ],
      },
      treatment: {
        values: [
          [4, 3],
          [6, 5],
          [3, 2],
          [2, null],
          [4, null],
        ],
      },
    },
    compute: ({ control, treatment, slopes, alpha }) => {
      const arms = pairOf(marked(control), marked(treatment));
      const outcome = compareMeans({ ...arms, covariate: true, slopes, alpha });
      return outcome.kind === 'unknown' ? outcome : shownComparison(outcome);
    },
  }),
];
