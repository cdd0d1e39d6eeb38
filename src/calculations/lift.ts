import { z } from 'zod';
import { compareMeans, deltaLift, estimateMeans, fiellerLift, varianceOf } from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { pairOf } from './vector-arms.ts';

const input = z.strictObject({ control: armSchema, treatment: armSchema, alpha: alphaSchema });
const example = {
  control: { n: 3407, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
  alpha: 0.05,
};
const effect = {
  difference: z.number().describe('treatment − control, perhaps adjusted'),
  control: z.number().describe('the control’s plain figure'),
  differenceVariance: z.number().nonnegative(),
  controlVariance: z.number().nonnegative(),
  covariance: z
    .number()
    .describe('of the two estimates: minus the control’s variance where nothing is adjusted'),
};
/** Whether two estimates of these variances can have this covariance. */
function isPossible(given: { covariance: number; differenceVariance: number; controlVariance: number }) {
  const most = Math.sqrt(given.differenceVariance) * Math.sqrt(given.controlVariance);
  return Math.abs(given.covariance) <= most * (1 + 1e-6);
}
const IMPOSSIBLE = {
  path: ['covariance'],
  message: 'must be within ±√(differenceVariance · controlVariance)',
};
const effectExample = {
  difference: 0.29,
  control: 0.41,
  differenceVariance: 0.015552,
  controlVariance: 0.004463,
  covariance: -0.004463,
};

export const liftCalculations: readonly Calculation[] = [
  calculation({
    name: 'lift-fieller',
    about: 'Relative lift of a mean by Fieller with Welch’s t; it agrees with welch-absolute about 0',
    input,
    example,
    compute: ({ control, treatment, alpha }) => {
      const outcome = compareMeans({ ...pairOf(momentsOfArm(control), momentsOfArm(treatment)), alpha });
      if (outcome.kind === 'unknown') return outcome;
      return {
        kind: 'estimate',
        ...outcome.relative,
        p: outcome.p,
        t: outcome.absolute.statistic,
        df: outcome.absolute.df,
      };
    },
  }),
  calculation({
    name: 'lift-delta',
    about: 'Relative lift of a mean by the delta method, to compare with other tools; prefer lift-fieller',
    input,
    example,
    compute: ({ control, treatment, alpha }) => {
      const known = estimateMeans({ ...pairOf(momentsOfArm(control), momentsOfArm(treatment)), alpha });
      if (known.kind === 'unknown') return known;
      const variance = varianceOf(known, 0);
      if (variance.kind === 'unknown') return variance;
      const controlVariance = known.parts.reduce((sum, part) => sum + part.control, 0);
      const { df } = variance;
      const effectOfMeans = {
        difference: known.difference,
        control: known.control,
        differenceVariance: variance.variance,
        controlVariance,
        covariance: -controlVariance,
      };
      const lift = deltaLift(effectOfMeans, alpha, df);
      if (lift.kind === 'unknown') return lift;
      const { estimate, ci, se, statistic, p } = lift;
      return { kind: 'estimate', estimate, ci, se, t: statistic, df, p };
    },
  }),
  calculation({
    name: 'lift-fieller-of-effect',
    about: 'Fieller’s interval of a lift from a difference, the control’s figure and their covariances',
    input: z
      .strictObject({
        ...effect,
        critical: z.number().positive().describe('two-sided critical value of t or the normal, such as 1.96'),
      })
      .refine(isPossible, IMPOSSIBLE),
    example: { ...effectExample, critical: 1.96 },
    compute: (given) => ({ kind: 'estimate', ...fiellerLift(given) }),
  }),
  calculation({
    name: 'lift-delta-of-effect',
    about: 'Delta-method lift from a difference, the control’s figure and their covariances',
    input: z
      .strictObject({
        ...effect,
        alpha: alphaSchema,
        df: z.number().positive().nullable().default(null).describe('of Student’s t; null for the normal'),
      })
      .refine(isPossible, IMPOSSIBLE),
    example: { ...effectExample, alpha: 0.05 },
    compute: ({ alpha, df, ...given }) => deltaLift(given, alpha, df),
  }),
];
