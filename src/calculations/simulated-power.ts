import { z } from 'zod';
import { simulatedMeans, simulatedPower } from '../../analysis/index.ts';
import { alphaSchema } from './arms.ts';
import { type Calculation, calculation } from './calculation.ts';

/** What one answer may draw: a few seconds. */
const MOST_DRAWS = 20_000_000;

const countSchema = z.int().min(2).max(MOST_DRAWS);

/** A generator of uniform numbers in (0, 1) from a seed: Chris Doty-Humphrey's sfc32. */
function uniformsOf(seed: number): () => number {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return ((sum >>> 0) + 0.5) / 2 ** 32;
  };
  // Until the seed has reached every bit of the state.
  for (let i = 0; i < 15; i += 1) next();
  return next;
}

export const simulatedPowerCalculations: readonly Calculation[] = [
  calculation({
    name: 'power-simulation',
    about: 'Power of Welch’s test where figures are far from normal, by seeded simulation',
    input: z
      .strictObject({
        model: z
          .union([
            z.strictObject({
              kind: z.literal('resampled'),
              values: z.array(z.number()).min(1).max(1_000_000).describe('a figure per unit, of the past'),
            }),
            z.strictObject({
              kind: z.literal('zero-inflated'),
              share: z.number().gt(0).max(1).describe('of units with a figure above 0'),
              logMean: z.number().min(-100).max(100),
              logSd: z.number().positive().max(20),
            }),
          ])
          .describe('how the control’s figures come about'),
        lift: z
          .number()
          .default(0)
          .describe('treatment’s figures are those of the model × (1 + lift) + shift'),
        shift: z.number().default(0),
        units: z.strictObject({ control: countSchema, treatment: countSchema }),
        alpha: alphaSchema,
        runs: z.int().positive().max(100_000).default(1000),
        seed: z.int().nonnegative().default(1).describe('the same seed gives the same answer'),
      })
      .refine(({ runs, units }) => runs * (units.control + units.treatment) <= MOST_DRAWS, {
        path: ['runs'],
        message: `must leave runs × units at most ${MOST_DRAWS}`,
      }),
    example: {
      model: { kind: 'zero-inflated', share: 0.1, logMean: 3, logSd: 1 },
      lift: 0.5,
      units: { control: 500, treatment: 500 },
      runs: 200,
      seed: 7,
    },
    compute: ({ runs, seed, ...experiment }) => ({
      kind: 'estimate',
      ...simulatedPower(simulatedMeans(experiment), { runs, generator: uniformsOf(seed), alpha: 0.05 }),
    }),
  }),
];
