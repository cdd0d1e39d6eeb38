import { z } from 'zod';
import {
  cappedAgainstRaw,
  dominantUnit,
  fullWeeks,
  novelty,
  prePeriod,
  twyman,
} from '../../analysis/index.ts';
import { alphaSchema, armSchema, IMPOSSIBLE, isPossible, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const name = z.string().min(1).max(200);
const count = z.int().nonnegative();

const extremeArmSchema = z
  .union([
    z
      .strictObject({
        n: count,
        sum: z.number(),
        sumSquares: z.number().nonnegative(),
        largest: z.number().describe('the value furthest from the mean'),
      })
      .refine(({ n, sum, sumSquares }) => isPossible(n, sum, sumSquares), IMPOSSIBLE),
    z.strictObject({ values: z.array(z.number()).max(1_000_000) }),
  ])
  .describe('{ n, sum, sumSquares, largest }, or { values } with a number per unit');

/** The value furthest from the mean; of no values 0, which nobody will look at. */
function largestOf(arm: z.output<typeof extremeArmSchema>): number {
  if ('largest' in arm) return arm.largest;
  const mean = arm.values.reduce((sum, value) => sum + value / arm.values.length, 0);
  return arm.values.reduce(
    (found, value) => (Math.abs(value - mean) > Math.abs(found - mean) ? value : found),
    arm.values[0] ?? 0,
  );
}

export const effectSoundnessCalculations: readonly Calculation[] = [
  calculation({
    name: 'pre-period',
    about: 'The time before the first impression as an A/A test of each metric',
    input: z.strictObject({
      metrics: z.array(z.strictObject({ metric: name, control: armSchema, treatment: armSchema })).max(1_000),
    }),
    example: {
      metrics: [
        {
          metric: 'spend',
          control: { n: 1000, sum: 2000, sumSquares: 8000 },
          treatment: { n: 1000, sum: 2400, sumSquares: 9800 },
        },
      ],
    },
    compute: ({ metrics }) =>
      prePeriod(
        metrics.map(({ metric, control, treatment }) => ({
          metric,
          control: momentsOfArm(control),
          treatment: momentsOfArm(treatment),
        })),
      ),
  }),
  calculation({
    name: 'novelty',
    about: 'Does the effect move from day to day',
    input: z.strictObject({
      days: z
        .array(z.strictObject({ day: z.number(), estimate: z.number(), se: z.number().positive() }))
        .max(3_000)
        .describe('the effect on each day, with its standard error'),
    }),
    example: {
      days: [
        { day: 0, estimate: 0.9, se: 0.1 },
        { day: 1, estimate: 0.5, se: 0.1 },
        { day: 2, estimate: 0.1, se: 0.1 },
      ],
    },
    compute: ({ days }) => novelty(days),
  }),
  calculation({
    name: 'full-weeks',
    about: 'Has every day of the week been seen',
    input: z.strictObject({ days: z.number().nonnegative().describe('how long units were counted') }),
    example: { days: 17.5 },
    compute: ({ days }) => fullWeeks(days),
  }),
  calculation({
    name: 'twyman',
    about: 'Is an effect too large to be true: |z| above 8, or ten times the detectable lift',
    input: z.strictObject({
      z: z.number(),
      lift: z.number().nullable().default(null).describe('as a fraction'),
      minimumDetectableLift: z.number().positive().nullable().default(null),
    }),
    example: { z: 3.1, lift: -0.6, minimumDetectableLift: 0.05 },
    compute: twyman,
  }),
  calculation({
    name: 'dominant-unit',
    about: 'Does one unit carry the difference of two means',
    input: z.strictObject({ control: extremeArmSchema, treatment: extremeArmSchema, alpha: alphaSchema }),
    example: {
      control: { values: [1, 2, 3, 2, 1] },
      treatment: { values: [1, 2, 3, 2, 102] },
      alpha: 0.05,
    },
    compute: ({ control, treatment, alpha }) =>
      dominantUnit({
        control: momentsOfArm(control),
        treatment: momentsOfArm(treatment),
        largest: { control: largestOf(control), treatment: largestOf(treatment) },
        alpha,
      }),
  }),
  calculation({
    name: 'capped-against-raw',
    about: 'Do the capped and the raw metric point the same way',
    input: z.strictObject({ capped: z.number(), raw: z.number() }),
    example: { capped: 0.12, raw: -0.4 },
    compute: cappedAgainstRaw,
  }),
];
