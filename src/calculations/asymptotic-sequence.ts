import { z } from 'zod';
import {
  type Alternative,
  anytimeComparison,
  armSummary,
  type Comparison,
  type ComparisonInput,
  compareMeans,
  compareProportions,
  delayedStartBoundary,
  deltaLift,
  type Moments,
  mixtureBoundary,
  mixtureLogE,
  mixtureVariance,
  type Outcome,
  type SequencePlan,
  sequentialTest,
} from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm, proportionArmSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const tuning = z
  .number()
  .positive()
  .optional()
  .describe('N*: units of both arms at which a normal mixture is narrowest');
const start = z.number().positive().optional().describe('or units of both arms at the first look, instead');
const previousP = z.number().min(0).max(1).optional().describe('p of the looks so far');
const form = z
  .enum(['closed', 'e-value'])
  .default('closed')
  .describe('closed: the bound that some other tools use; e-value: the tighter one');
const alternative = z.enum(['two-sided', 'greater', 'less']).default('two-sided');
const common = { alpha: alphaSchema, tuning, start, previousP };

type Plan = { tuning?: number | undefined; start?: number | undefined; form?: 'closed' | 'e-value' };

const oneOfBoth = ({ tuning, start }: Plan) => (tuning === undefined) !== (start === undefined);
const EITHER = { path: ['tuning'], message: 'give either tuning or start' };

function planOf({ tuning, start, form }: Plan): SequencePlan {
  return start === undefined
    ? { method: 'mixture', tuning: tuning ?? Number.NaN, form }
    : { method: 'delayed-start', start };
}

interface Pair {
  readonly control: Moments;
  readonly treatment: Moments;
}

interface Effect {
  readonly estimate: number;
  readonly se: number;
}

/** Mean and variance of the mean of one arm; a proportion's is p(1 − p)/n, as other tools have it. */
function figureOf(moments: Moments, isProportion: boolean): Outcome<{ mean: number; variance: number }> {
  const summary = armSummary(moments, 'mean');
  if (summary.kind === 'unknown') return summary;
  const { mean, sd, units } = summary;
  const variance = isProportion ? mean * (1 - mean) : sd * sd;
  return { kind: 'estimate', mean, variance: variance / units };
}

/** The difference or the lift by the delta method, with its standard error. */
function effectOf(pair: Pair, scale: 'absolute' | 'lift', isProportion: boolean): Outcome<Effect> {
  const control = figureOf(pair.control, isProportion);
  if (control.kind === 'unknown') return control;
  const treatment = figureOf(pair.treatment, isProportion);
  if (treatment.kind === 'unknown') return treatment;
  const difference = treatment.mean - control.mean;
  const differenceVariance = control.variance + treatment.variance;
  if (scale === 'absolute') {
    return differenceVariance > 0
      ? { kind: 'estimate', estimate: difference, se: Math.sqrt(differenceVariance) }
      : { kind: 'unknown', reason: 'zero-variance' };
  }
  const input = {
    difference,
    control: control.mean,
    differenceVariance,
    controlVariance: control.variance,
    covariance: -control.variance,
  };
  const lift = deltaLift(input, 0.05);
  return lift.kind === 'unknown' ? lift : { kind: 'estimate', estimate: lift.estimate, se: lift.se };
}

type Look = Plan & { alpha: number; previousP?: number | undefined; n: number; alternative: Alternative };

/** A two-sided interval as `ci`, a one-sided bound as `lower` or `upper`. */
function readAtAnyTime(effect: Effect, look: Look): object {
  const outcome = sequentialTest({ ...look, estimate: effect.estimate, se: effect.se, plan: planOf(look) });
  if (outcome.kind === 'unknown') return outcome;
  const { lower, upper, statistic, ...rest } = outcome;
  const bounds = look.alternative === 'two-sided' ? { ci: [lower, upper] } : {};
  const bound = look.alternative === 'greater' ? { lower } : look.alternative === 'less' ? { upper } : {};
  return { ...rest, z: statistic, ...bounds, ...bound };
}

const SIDES = [
  { suffix: '', alternative: 'two-sided', words: 'interval' },
  { suffix: '-greater', alternative: 'greater', words: 'lower bound' },
  { suffix: '-less', alternative: 'less', words: 'upper bound' },
] as const;
const SCALES = [
  { scale: 'absolute', words: 'difference' },
  { scale: 'lift', words: 'lift (by the delta method)' },
] as const;

const meansExample = {
  control: { n: 3000, sum: 1396.87, sumSquares: 52377.9767 },
  treatment: { n: 3461, sum: 2422.7, sumSquares: 134698.29 },
};
const proportionsExample = { control: { n: 3000, events: 1396 }, treatment: { n: 3461, events: 2422 } };

/** Every scale and side, of means and of proportions. */
const effectCalculations: readonly Calculation[] = SCALES.flatMap(({ scale, words: effect }) =>
  SIDES.flatMap(({ suffix, alternative, words: bounds }) => [
    calculation({
      name: `sequential-${scale}${suffix}`,
      about: `${capitalised(effect)} of two means read at any time: ${bounds} and running p`,
      input: z
        .strictObject({ control: armSchema, treatment: armSchema, ...common, form })
        .refine(oneOfBoth, EITHER),
      example: { ...meansExample, alpha: 0.05, tuning: 5000 },
      compute: ({ control, treatment, ...look }) =>
        readPair(momentsOfArm(control), momentsOfArm(treatment), false, scale, { ...look, alternative }),
    }),
    calculation({
      name: `sequential-${scale}-proportion${suffix}`,
      about: `${capitalised(effect)} of two proportions read at any time: ${bounds} and running p`,
      input: z
        .strictObject({ control: proportionArmSchema, treatment: proportionArmSchema, ...common, form })
        .refine(oneOfBoth, EITHER),
      example: { ...proportionsExample, alpha: 0.05, tuning: 5000 },
      compute: ({ control, treatment, ...look }) =>
        readPair(momentsOfCount(control), momentsOfCount(treatment), true, scale, { ...look, alternative }),
    }),
  ]),
);

function readPair(
  control: Moments,
  treatment: Moments,
  isProportion: boolean,
  scale: 'absolute' | 'lift',
  look: Omit<Look, 'n'>,
): object {
  const effect = effectOf({ control, treatment }, scale, isProportion);
  if (effect.kind === 'unknown') return effect;
  return readAtAnyTime(effect, { ...look, n: control.n + treatment.n });
}

function momentsOfCount({ n, events }: { n: number; events: number }): Moments {
  return { n, centre: [0], sums: [events], products: [events] };
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A whole comparison (difference, and lift by Fieller) with any-time critical values. */
function compareAtAnyTime(
  compare: (input: ComparisonInput) => Outcome<Comparison>,
  arms: Pair,
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
  ...effectCalculations,
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
