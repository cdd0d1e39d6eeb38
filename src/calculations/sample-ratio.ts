import { z } from 'zod';
import {
  assignmentIndependence,
  observeSampleRatio,
  pOverEpochs,
  sampleRatioChiSquare,
  sampleRatioEProcess,
  sequentialSampleRatio,
  startSampleRatio,
} from '../../analysis/index.ts';
import { asField } from './as-field.ts';
import { type Calculation, calculation } from './calculation.ts';

const MOST_ARMS = 100;
const unitsSchema = z
  .array(z.int().nonnegative())
  .min(1)
  .max(MOST_ARMS)
  .describe('distinct units per arm at their first impression');
const weightsSchema = z
  .array(z.number().nonnegative())
  .min(1)
  .max(MOST_ARMS)
  .describe('declared shares per arm; only their proportions count');
const priorFields = {
  dirichlet: z
    .array(z.number().positive())
    .max(MOST_ARMS)
    .optional()
    .describe('one Dirichlet prior, in pseudo-counts per arm'),
  concentration: z
    .number()
    .positive()
    .optional()
    .describe('one Dirichlet around the weights; without it and dirichlet the average of 10, 100, …, 100000'),
};

function priorOf({
  dirichlet,
  concentration,
}: {
  dirichlet?: number[] | undefined;
  concentration?: number | undefined;
}) {
  if (dirichlet !== undefined) return { prior: { dirichlet } };
  return concentration === undefined ? {} : { prior: { concentrations: [concentration] } };
}

const onePrior = {
  message: 'must not stand beside dirichlet: give one of the two',
  path: ['concentration'],
};

function hasOnePrior({
  dirichlet,
  concentration,
}: {
  dirichlet?: unknown;
  concentration?: unknown;
}): boolean {
  return dirichlet === undefined || concentration === undefined;
}

export const sampleRatioCalculations: readonly Calculation[] = [
  calculation({
    name: 'sample-ratio-chi-square',
    about: 'Whether units per arm fit the weights, by Pearson’s χ² test, for a single look',
    input: z.strictObject({ units: unitsSchema, weights: weightsSchema }),
    example: { units: [1000, 1200], weights: [0.5, 0.5] },
    compute: sampleRatioChiSquare,
  }),
  calculation({
    name: 'sample-ratio-e-process',
    about: 'Whether units per arm fit the weights, by the multinomial e-process, at any time',
    input: z
      .strictObject({ units: unitsSchema, weights: weightsSchema, ...priorFields })
      .refine(hasOnePrior, onePrior),
    example: { units: [1000, 1200], weights: [0.5, 0.5], concentration: 100 },
    compute: (input) =>
      asField('prior.concentrations[0]', 'concentration', () =>
        sampleRatioEProcess({ units: input.units, weights: input.weights, ...priorOf(input) }),
      ),
  }),
  calculation({
    name: 'assignment-independence',
    about: 'Whether two flags are assigned independently of each other, by an e-process, at any time',
    input: z.strictObject({
      units: z
        .array(unitsSchema)
        .min(1)
        .max(MOST_ARMS)
        .describe('units in both: rows by the arms of the first flag, columns by those of the second'),
      weights: z.tuple([weightsSchema, weightsSchema]),
    }),
    example: {
      units: [
        [40, 10],
        [10, 40],
      ],
      weights: [
        [1, 1],
        [1, 1],
      ],
    },
    compute: assignmentIndependence,
  }),
  calculation({
    name: 'sample-ratio-monitor',
    about: 'The multinomial e-process over several looks: its running maximum and the processes started late',
    input: z
      .strictObject({
        looks: z.array(unitsSchema).min(1).max(10_000).describe('cumulative units per arm at each look'),
        weights: weightsSchema,
        lateStarts: z
          .array(z.int().positive())
          .max(20)
          .optional()
          .describe('units after which a further process starts; 1000, 10000, … unless given'),
        ...priorFields,
      })
      .refine(hasOnePrior, onePrior),
    example: {
      looks: [
        [1000, 1010],
        [2000, 2300],
      ],
      weights: [0.5, 0.5],
    },
    compute: ({ looks, weights, lateStarts, ...prior }) => {
      const start = asField('prior.concentrations[0]', 'concentration', () =>
        startSampleRatio({
          weights,
          ...priorOf(prior),
          ...(lateStarts === undefined ? {} : { lateStarts }),
        }),
      );
      const end = looks.reduce(
        (state, units, i) => asField('units', `looks[${i}]`, () => observeSampleRatio(state, units)),
        start,
      );
      return sequentialSampleRatio(end);
    },
  }),
  calculation({
    name: 'sequential-p-over-epochs',
    about: 'One p for the whole from the sequential p of each epoch, whose alphas are α·6/(π²k²)',
    input: z.strictObject({
      pValues: z.array(z.number().min(0).max(1)).min(1).max(10_000).describe('one per epoch, in their order'),
    }),
    example: { pValues: [0.5, 0.001] },
    compute: ({ pValues }) => ({ kind: 'estimate', ...pOverEpochs(pValues) }),
  }),
];
