import { z } from 'zod';
import {
  assignmentDeviation,
  cappedAgainstRaw,
  dominantUnit,
  fullWeeks,
  lostUnits,
  novelty,
  prePeriod,
  sampleRatioByDimension,
  sampleRatioByEpoch,
  shareDrift,
  twyman,
  unitsInTwoVariants,
  weightsChanged,
} from '../../analysis/index.ts';
import { alphaSchema, armSchema, momentsOfArm } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

const name = z.string().min(1).max(200);
const count = z.int().nonnegative();
const units = z.array(count).min(1).max(1_000).describe('units per arm, in the order of the weights');
const weights = z.array(z.number().nonnegative()).min(1).max(1_000).describe('only their proportions count');
const epoch = z.int().describe('its number');

const extremeArmSchema = z
  .union([
    z.strictObject({
      n: count,
      sum: z.number(),
      sumSquares: z.number().nonnegative(),
      largest: z.number().describe('the value furthest from the mean'),
    }),
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

export const soundnessCalculations: readonly Calculation[] = [
  calculation({
    name: 'sample-ratio-by-epoch',
    about: 'Sample-ratio check of every epoch against its own weights',
    input: z.strictObject({ epochs: z.array(z.strictObject({ epoch, units, weights })).max(1_000) }),
    example: {
      epochs: [
        { epoch: 1, units: [1000, 1200], weights: [0.5, 0.5] },
        { epoch: 2, units: [900, 100], weights: [0.9, 0.1] },
      ],
    },
    compute: ({ epochs }) => sampleRatioByEpoch(epochs),
  }),
  calculation({
    name: 'sample-ratio-by-dimension',
    about: 'Where a sample-ratio mismatch comes from: values of dimensions, Holm-adjusted and ranked',
    input: z.strictObject({
      weights,
      dimensions: z
        .array(
          z.strictObject({
            dimension: name,
            values: z.array(z.strictObject({ value: name, units })).max(2_000),
          }),
        )
        .max(100),
    }),
    example: {
      weights: [0.5, 0.5],
      dimensions: [
        {
          dimension: 'platform',
          values: [
            { value: 'iOS', units: [300, 450] },
            { value: 'web', units: [700, 710] },
          ],
        },
      ],
    },
    compute: (input) => sampleRatioByDimension(input.dimensions, input.weights),
  }),
  calculation({
    name: 'share-drift',
    about: 'Did the arms’ shares stay the same over the days of one epoch',
    input: z.strictObject({ days: z.array(z.strictObject({ day: name, units })).max(5_000) }),
    example: {
      days: [
        { day: '2026-03-01', units: [500, 500] },
        { day: '2026-03-02', units: [420, 580] },
      ],
    },
    compute: ({ days }) => shareDrift(days),
  }),
  calculation({
    name: 'weights-changed',
    about: 'Were the declared weights changed in mid-run',
    input: z.strictObject({ epochs: z.array(z.strictObject({ epoch, weights })).max(5_000) }),
    example: {
      epochs: [
        { epoch: 1, weights: [99, 1] },
        { epoch: 2, weights: [50, 50] },
      ],
    },
    compute: ({ epochs }) => weightsChanged(epochs),
  }),
  calculation({
    name: 'lost-units',
    about: 'Impressions against analysed units: do joins lose more units in one arm',
    input: z.strictObject({
      arms: z.array(z.strictObject({ variant: name, impressed: count, analysed: count })).max(1_000),
    }),
    example: {
      arms: [
        { variant: 'control', impressed: 10000, analysed: 9990 },
        { variant: 'treatment', impressed: 10000, analysed: 9940 },
      ],
    },
    compute: ({ arms }) => lostUnits(arms),
  }),
  calculation({
    name: 'units-in-two-variants',
    about: 'Units that met two variants within one epoch, and whether they are too many',
    input: z.strictObject({ units: count, multipleVariants: count }),
    example: { units: 10000, multipleVariants: 250 },
    compute: unitsInTwoVariants,
  }),
  calculation({
    name: 'assignment-deviation',
    about: 'Units that met another variant than their hash gives them',
    input: z.strictObject({
      counts: z
        .array(z.strictObject({ expected: name, observed: name, units: count }))
        .max(10_000)
        .describe('units by the variant that was due and the one that was met'),
    }),
    example: {
      counts: [
        { expected: 'control', observed: 'control', units: 4990 },
        { expected: 'control', observed: 'treatment', units: 10 },
        { expected: 'treatment', observed: 'treatment', units: 5000 },
      ],
    },
    compute: ({ counts }) => assignmentDeviation(counts),
  }),
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
