import { z } from 'zod';

const attribute = z.string().min(1).max(100).describe('the attribute’s name');
const value = z.string().max(1000);

/**
 * One condition on an event's attributes, which are strings; an absent attribute satisfies only `notExists`, `ne` and
 * `notIn`. The four orderings compare as numbers and are false where either side is not one.
 */
export const AttributeFilter = z
  .discriminatedUnion('op', [
    z.strictObject({ attribute, op: z.enum(['eq', 'ne']), value }),
    z.strictObject({ attribute, op: z.enum(['in', 'notIn']), values: z.array(value).min(1).max(100) }),
    z.strictObject({ attribute, op: z.enum(['lt', 'lte', 'gt', 'gte']), value: z.number() }),
    z.strictObject({ attribute, op: z.enum(['exists', 'notExists']) }),
  ])
  .meta({ id: 'AttributeFilter' });
export type AttributeFilter = z.infer<typeof AttributeFilter>;

/** All of the conditions must hold; an empty list always does. */
export const AttributeFilters = z.array(AttributeFilter).max(20);
