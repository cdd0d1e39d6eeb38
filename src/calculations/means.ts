import { z } from 'zod';
import { compareMeans } from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

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
      const outcome = compareMeans({
        strata: [{ arms: { control: momentsOfArm(control), treatment: momentsOfArm(treatment) } }],
        control: 'control',
        treatment: 'treatment',
        alpha,
        covariate: false,
      });
      if (outcome.kind === 'unknown') return outcome;
      const { estimate, ci, se, statistic, df } = outcome.absolute;
      return { kind: 'estimate', estimate, ci, se, t: statistic, df, p: outcome.p };
    },
  }),
];
