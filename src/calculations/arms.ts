import { z } from 'zod';
import { centredMomentsOf, type Moments } from '../../analysis/index.ts';

/** Whether n numbers can have this sum and sum of squares; rounded to 12 digits, sums may be a little impossible. */
export function isPossible(n: number, sum: number, sumSquares: number): boolean {
  return n === 0 ? sum === 0 : sumSquares >= sum * (sum / n) * (1 - 1e-12);
}
/** What is said of sums that cannot be. */
export const IMPOSSIBLE = { path: ['sumSquares'], message: 'must be at least sum²/n' };

/** An arm of numbers as its count, sum and sum of squares, or as the numbers themselves. */
export const armSchema = z
  .union([
    z
      .strictObject({
        n: z.int().nonnegative(),
        sum: z.number(),
        sumSquares: z.number().nonnegative(),
      })
      .refine(({ n, sum, sumSquares }) => isPossible(n, sum, sumSquares), IMPOSSIBLE),
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
