import { z } from 'zod';
import {
  anytimePower,
  anytimeSampleSize,
  equalFractions,
  groupSequentialPower,
  groupSequentialSampleSize,
  type Looks,
  lanDeMetsBounds,
  MOST_LOOKS,
} from '../../analysis/index.ts';
import { type Calculation, calculation } from './calculation.ts';
import {
  alphaOf,
  type Design,
  errorsOf,
  oneEffectOf,
  planOf,
  powerShape,
  sizeShape,
} from './power-designs.ts';

export const looksShape = {
  looks: z
    .int()
    .positive()
    .max(MOST_LOOKS)
    .optional()
    .describe('equally spaced; or give informationFractions'),
  informationFractions: z.array(z.number().positive().max(1)).min(1).max(MOST_LOOKS).optional(),
  spending: z.enum(['obrien-fleming', 'pocock']).default('obrien-fleming'),
};

const watchingShape = {
  tuning: z
    .union([z.number().positive(), z.literal('final')])
    .describe('N*, in units of both arms, frozen at the start; final: whatever the final units are'),
  looks: z
    .int()
    .positive()
    .max(MOST_LOOKS)
    .default(1)
    .describe('equally spaced; 1: the boundary at the end alone'),
};

/** The looks and their bounds by Lan & DeMets. */
export function looksOf(
  input: z.output<z.ZodObject<typeof looksShape>> & Pick<Design, 'sided' | 'margin'>,
  alpha: number,
): Looks {
  const informationFractions = input.informationFractions ?? equalFractions(input.looks ?? 1);
  const sided = input.sided ?? (input.margin === undefined ? 2 : 1);
  return {
    informationFractions,
    bounds: lanDeMetsBounds({ informationFractions, alpha, sided, spending: input.spending }).z,
  };
}

export const sequentialPowerCalculations: readonly Calculation[] = [
  calculation({
    name: 'power-group-sequential',
    about: 'Power and expected size of a test of two means that may stop at looks by Lan & DeMets',
    input: oneEffectOf(z.strictObject({ ...powerShape, ...looksShape })),
    example: { nPerArm: 400, effect: 1, sd: 5, looks: 4 },
    compute: (input) => {
      const alpha = alphaOf(input);
      return {
        kind: 'estimate',
        ...groupSequentialPower(planOf(input, alpha), input.nPerArm, looksOf(input, alpha)),
      };
    },
  }),
  calculation({
    name: 'sample-size-group-sequential',
    about: 'Final units of a test of two means that may stop at looks by Lan & DeMets',
    input: oneEffectOf(z.strictObject({ ...sizeShape, ...looksShape })),
    example: { effect: 1, sd: 5, looks: 4, power: 0.8 },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return groupSequentialSampleSize(planOf(input, alpha), power, looksOf(input, alpha));
    },
  }),
  calculation({
    name: 'power-any-time',
    about: 'Power of a test of two means by the normal-mixture confidence sequence, watched at any time',
    input: oneEffectOf(z.strictObject({ ...powerShape, ...watchingShape })),
    example: { nPerArm: 400, effect: 1, sd: 5, tuning: 800, looks: 14 },
    compute: (input) => ({
      kind: 'estimate',
      ...anytimePower(planOf(input, alphaOf(input)), input.nPerArm, input),
    }),
  }),
  calculation({
    name: 'sample-size-any-time',
    about: 'Final units of a test of two means by the normal-mixture confidence sequence',
    input: oneEffectOf(z.strictObject({ ...sizeShape, ...watchingShape })),
    example: { effect: 1, sd: 5, tuning: 1000, looks: 14, power: 0.8 },
    compute: (input) => {
      const { alpha, power } = errorsOf(input, input.power);
      return anytimeSampleSize(planOf(input, alpha), power, input);
    },
  }),
];
