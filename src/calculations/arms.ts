import { z } from 'zod';
import { centredMomentsOf, type Moments } from '../../analysis/index.ts';

/** An arm of numbers as its count, sum and sum of squares, or as the numbers themselves. */
export const armSchema = z
  .union([
    z.strictObject({
      n: z.int().nonnegative(),
      sum: z.number(),
      sumSquares: z.number().nonnegative(),
    }),
    z.strictObject({ values: z.array(z.number()).max(1_000_000) }),
  ])
  .describe('{ n, sum, sumSquares }, or { values } with a number per unit');

/** An arm of zeros and ones: units, and those of them with the event. */
export const proportionArmSchema = z
  .strictObject({ n: z.int().nonnegative(), events: z.int().nonnegative() })
  .refine(({ n, events }) => events <= n, { path: ['events'], message: 'must be at most n' });

/** Events and units, as the literature writes a proportion. */
export const countSchema = z
  .tuple([z.int().nonnegative(), z.int().nonnegative()])
  .refine(([events, units]) => events <= units, { message: 'must be [events, units] with events ≤ units' });

/** Two-sided unless the method says otherwise. */
export const alphaSchema = z.number().gt(0).lt(1).default(0.05);

/** The moments of an arm; values are centred at their own mean. */
export function momentsOfArm(arm: z.output<typeof armSchema>): Moments {
  if ('values' in arm) return centredMomentsOf(arm.values.map((value) => [value]));
  return { n: arm.n, centre: [0], sums: [arm.sum], products: [arm.sumSquares] };
}

/** The moments of an arm of zeros and ones. */
export function momentsOfCount({ n, events }: { n: number; events: number }): Moments {
  return { n, centre: [0], sums: [events], products: [events] };
}
