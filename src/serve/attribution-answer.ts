import { z } from 'zod';

const instant = z.iso.datetime().nullable();

/** How an experiment's moments are kept. */
export const AttributionAnswer = z
  .object({
    experiment: z.string(),
    state: z
      .enum(['none', 'building', 'live'])
      .describe(
        'none: nobody has begun to make its moments; results are read from raw rows until they are live',
      ),
    build: z.int().nullable().describe('names the live moments; each rebuild makes a new one'),
    dataThrough: instant.describe('everything received until then is in the live moments'),
    verifiedAt: instant.describe('when they were last compared with what raw rows give'),
    verifiedThrough: instant.describe('over everything received until then'),
    largestDifference: z
      .number()
      .nullable()
      .describe('found then, relative to the terms that were added up; counts must be equal'),
    differenceAt: z.string().nullable().describe('where it was; null where there was none at all'),
    trusted: z
      .boolean()
      .nullable()
      .describe('false: above 1e-9, and being made anew; null: not compared yet'),
    verificationAsked: z.boolean().describe('a verification waits or is under way'),
    rebuildAsked: z.boolean().describe('a rebuild waits or is under way'),
    building: z
      .object({ build: z.int(), progress: z.number().min(0).max(1) })
      .nullable()
      .describe('the moments that are being made, to take the place of the live ones'),
  })
  .meta({ id: 'AttributionAnswer' });
export type AttributionAnswer = z.infer<typeof AttributionAnswer>;
