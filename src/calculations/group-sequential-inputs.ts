import { z } from 'zod';
import { MOST_LOOKS } from '../../analysis/index.ts';

/** One side or both. */
export const sided = z
  .union([z.literal(1), z.literal(2)])
  .default(2)
  .describe('2 bounds |z|, 1 bounds z from above; alpha is that of all sides together');
/** Information over the information planned. */
export const fraction = z.number().positive();
/** Of successive looks. */
export const fractions = z
  .array(fraction)
  .min(1)
  .max(MOST_LOOKS)
  .describe('information at each look over the information planned, ascending');
/** Of one look. */
export const bound = z.number().nullable().describe('critical value of z; null at a look that cannot stop');
/** A spending function. */
export const spending = z
  .union([
    z.enum(['obrien-fleming', 'pocock']),
    z.strictObject({ family: z.literal('power'), rho: z.number().positive() }),
    z.strictObject({ family: z.literal('hwang-shih-decani'), gamma: z.number() }),
  ])
  .default('obrien-fleming');
