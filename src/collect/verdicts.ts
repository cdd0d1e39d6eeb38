import { z } from 'zod';
import { REJECTION_CODES } from '../events/index.ts';

/** What became of each event of a request. */
export const Verdicts = z
  .object({
    accepted: z.int().min(0).describe('taken, and durable'),
    duplicates: z
      .int()
      .min(0)
      .describe('known already by environment, unit, flag or name, and id; an event counts once in any case'),
    rejected: z
      .array(
        z.object({
          index: z.int().min(0).describe('place in the body, from 0; blank lines are not counted'),
          code: z.enum(REJECTION_CODES),
          detail: z.string(),
        }),
      )
      .describe('not taken; also readable at GET /api/v1/events/rejected'),
  })
  .meta({
    id: 'EventVerdicts',
    example: {
      accepted: 2,
      duplicates: 0,
      rejected: [{ index: 1, code: 'invalid-name', detail: 'name must be a string of 1 to 200 characters' }],
    },
  });
export type Verdicts = z.infer<typeof Verdicts>;
