import { z } from 'zod';
import {
  assignmentDeviation,
  lostUnits,
  sampleRatioByDimension,
  sampleRatioByEpoch,
  shareDrift,
  unitsInTwoVariants,
  weightsChanged,
} from '../../analysis/index.ts';
import { type Calculation, calculation } from './calculation.ts';

const name = z.string().min(1).max(200);
const count = z.int().nonnegative();
const units = z.array(count).min(1).max(1_000).describe('units per arm, in the order of the weights');
const weights = z.array(z.number().nonnegative()).min(1).max(1_000).describe('only their proportions count');
const epoch = z.int().describe('its number');

export const assignmentSoundnessCalculations: readonly Calculation[] = [
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
];
