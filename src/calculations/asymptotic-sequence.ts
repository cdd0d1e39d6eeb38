import { z } from 'zod';
import {
  anytimeComparison,
  type Comparison,
  type ComparisonInput,
  compareMeans,
  compareProportions,
  delayedStartBoundary,
  type Moments,
  mixtureBoundary,
  mixtureLogE,
  mixtureVariance,
  type Outcome,
} from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm, momentsOfCount, proportionArmSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';
import { sequentialEffectCalculations } from './sequential-effects.ts';
import {
  alternative,
  common,
  EITHER,
  form,
  meansExample,
  oneOfBoth,
  type Plan,
  planOf,
  proportionsExample,
  readAtAnyTime,
} from './sequential-look.ts';

/** A whole comparison (difference, and lift by Fieller) with any-time critical values. */
function compareAtAnyTime(
  compare: (input: ComparisonInput) => Outcome<Comparison>,
  arms: { readonly control: Moments; readonly treatment: Moments },
  { alpha, previousP, ...plan }: Plan & { alpha: number; previousP?: number | undefined },
): object {
  const input = {
    strata: [{ arms: { control: arms.control, treatment: arms.treatment } }],
    control: 'control',
    treatment: 'treatment',
    alpha,
    covariate: false,
  };
  return anytimeComparison(compare, input, planOf(plan), previousP ?? 1);
}

export const asymptoticSequenceCalculations: readonly Calculation[] = [
  ...sequentialEffectCalculations,
  calculation({
    name: 'sequential-comparison',
    about: 'Two means compared at any time: Welch’s difference, and the lift by Fieller',
    input: z.strictObject({ control: armSchema, treatment: armSchema, ...common }).refine(oneOfBoth, EITHER),
    example: { ...meansExample, alpha: 0.05, tuning: 5000 },
    compute: ({ control, treatment, ...look }) =>
      compareAtAnyTime(
        compareMeans,
        { control: momentsOfArm(control), treatment: momentsOfArm(treatment) },
        look,
      ),
  }),
  calculation({
    name: 'sequential-comparison-proportion',
    about: 'Two proportions compared at any time: score test, Newcombe’s interval, and the lift by Fieller',
    input: z
      .strictObject({ control: proportionArmSchema, treatment: proportionArmSchema, ...common })
      .refine(oneOfBoth, EITHER),
    example: { ...proportionsExample, alpha: 0.05, tuning: 5000 },
    compute: ({ control, treatment, ...look }) =>
      compareAtAnyTime(
        compareProportions,
        { control: momentsOfCount(control), treatment: momentsOfCount(treatment) },
        look,
      ),
  }),
  calculation({
    name: 'sequential-estimate',
    about: 'Any estimate with a standard error read at any time',
    input: z
      .strictObject({
        estimate: z.number(),
        se: z.number().positive(),
        n: z.number().positive().describe('units of both arms'),
        alternative,
        ...common,
        form: form.default('e-value'),
      })
      .refine(oneOfBoth, EITHER),
    example: { estimate: 0.29, se: 0.125, n: 6868, alpha: 0.05, start: 1000 },
    compute: ({ estimate, se, ...look }) => readAtAnyTime({ estimate, se }, look),
  }),
  calculation({
    name: 'sequential-boundary',
    about: 'Critical value of z of a normal mixture at n units, and the mixture’s variance',
    input: z.strictObject({
      n: z.number().positive(),
      tuning: z.number().positive(),
      alpha: alphaSchema,
      alternative,
      form: form.default('e-value'),
    }),
    example: { n: 1000, tuning: 1000, alpha: 0.05 },
    compute: ({ n, tuning, alpha, ...side }) => ({
      kind: 'estimate',
      boundary: mixtureBoundary(n, tuning, alpha, side),
      variance: mixtureVariance(tuning, side.alternative === 'two-sided' ? alpha : 2 * alpha),
    }),
  }),
  calculation({
    name: 'delayed-start-boundary',
    about: 'Critical value of z at n units of a sequence that starts at a given number of units',
    input: z.strictObject({
      n: z.number().positive(),
      start: z.number().positive(),
      alpha: alphaSchema,
      alternative,
    }),
    example: { n: 4000, start: 1000, alpha: 0.05 },
    compute: ({ n, start, alpha, alternative }) => ({
      kind: 'estimate',
      boundary: delayedStartBoundary(n, start, alpha, alternative),
    }),
  }),
  calculation({
    name: 'sequential-e-value',
    about: 'Evidence against no effect by a normal mixture, as ln E',
    input: z.strictObject({
      z: z.number(),
      n: z.number().positive(),
      tuning: z.number().positive(),
      alpha: alphaSchema,
      alternative,
    }),
    example: { z: 4, n: 1000, tuning: 1000, alpha: 0.05 },
    compute: ({ z: statistic, n, tuning, alpha, alternative }) => ({
      kind: 'estimate',
      logE: mixtureLogE(statistic, n, tuning, alpha, { alternative }),
    }),
  }),
];
