import { z } from 'zod';
import { compareRatios } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { momentsOfVectors, pairOf, shownComparison, vectorArmSchema } from './vector-arms.ts';

export const ratioCalculations: readonly Calculation[] = [
  calculation({
    name: 'ratio-difference',
    about: 'Difference and lift of two ratios Σa/Σb by the delta method over randomised units',
    input: z.strictObject({
      control: vectorArmSchema.describe('[a, b] per unit: { n, sums, products }, or { values }'),
      treatment: vectorArmSchema,
      alpha: alphaSchema,
    }),
    example: {
      control: { n: 1000, sums: [520, 2050], products: [900, 2100, 6200] },
      treatment: { n: 1020, sums: [590, 2080], products: [1010, 2350, 6300] },
      alpha: 0.05,
    },
    compute: ({ control, treatment, alpha }) => {
      const arms = pairOf(
        momentsOfVectors('control', control, 2),
        momentsOfVectors('treatment', treatment, 2),
      );
      const outcome = compareRatios({ ...arms, alpha });
      return outcome.kind === 'unknown' ? outcome : shownComparison(outcome);
    },
  }),
  calculation({
    name: 'ratio-cuped',
    about: 'Difference and lift of two ratios, adjusted by the same ratio of the pre-period',
    input: z.strictObject({
      control: vectorArmSchema.describe(
        '[a, b, a before, b before] per unit: { n, sums, products }, or { values }',
      ),
      treatment: vectorArmSchema,
      alpha: alphaSchema,
    }),
    example: {
      control: {
        values: [
          [1, 4, 1, 3],
          [3, 5, 2, 4],
          [2, 5, 2, 5],
          [4, 6, 3, 5],
          [1, 3, 2, 6],
        ],
      },
      treatment: {
        values: [
          [2, 4, 1, 4],
          [3, 4, 2, 4],
          [3, 6, 2, 5],
          [4, 5, 4, 6],
          [2, 4, 1, 3],
        ],
      },
    },
    compute: ({ control, treatment, alpha }) => {
      const arms = pairOf(
        momentsOfVectors('control', control, 4),
        momentsOfVectors('treatment', treatment, 4),
      );
      const outcome = compareRatios({ ...arms, covariate: true, alpha });
      return outcome.kind === 'unknown' ? outcome : shownComparison(outcome);
    },
  }),
];
