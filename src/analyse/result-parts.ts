import { z } from 'zod';

/** Parts that several documents of results share. */
export const reason = z
  .string()
  .nullable()
  .describe('why values of this object are null, or its verdict withheld; null where all of them exist');
export const instant = z.iso.datetime().describe('RFC 3339, UTC');
export const interval = z.tuple([z.number(), z.number()]).describe('lower and upper bound');

export const Difference = z
  .object({ estimate: z.number().nullable(), ci: interval.nullable(), reason })
  .meta({ id: 'Difference' });
export type Difference = z.infer<typeof Difference>;
