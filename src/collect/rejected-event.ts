import { z } from 'zod';
import { PageQuery, pageOf } from '../access/index.ts';
import { REJECTION_CODES } from '../events/index.ts';
import { DEAD_LETTER_BYTES, type DeadLetterCode } from '../ingest/index.ts';

/** The moment and the hash of a rejected event, which together are as good as the event itself. */
const REJECTED_ID = /^[0-9a-z]{1,9}-[0-9a-f]{16}$/;
const CODES = [...REJECTION_CODES, 'unreadable-row'] as const satisfies readonly DeadLetterCode[];

/** An event that was not taken. */
export const RejectedEvent = z
  .object({
    id: z.string().describe('names it in this list; events that are alike in everything have the same'),
    receivedAt: z.iso.datetime().describe('RFC 3339'),
    index: z.int().min(0).describe('its place in the request’s body or the message, from 0'),
    code: z.string(),
    detail: z.string(),
    sender: z
      .string()
      .describe('whose token brought it (`token:<id>`), or from which topic it came (`kafka:<topic>`)'),
    source: z.string().describe('how it came in: `direct:<collector>` or `kafka:<id of the topic>`'),
    partition: z.int().min(0).describe('of the topic; 0 where it came in directly'),
    offset: z
      .int()
      .min(0)
      .describe('of the message in its partition; else the number of the collector’s block'),
    raw: z
      .string()
      .nullable()
      .describe(`the event as it came, its first ${DEAD_LETTER_BYTES} bytes; null where that is no UTF-8`),
    rawBase64: z.string().nullable().describe('the same bytes where they are no UTF-8, else null'),
    rawBytes: z.int().min(0).describe('how many bytes the event had'),
  })
  .meta({ id: 'RejectedEvent' });
export type RejectedEvent = z.infer<typeof RejectedEvent>;

export const RejectedEventPage = pageOf(RejectedEvent).meta({ id: 'RejectedEventPage' });

export const RejectedEventsQuery = PageQuery.extend({
  id: z
    .string()
    .regex(REJECTED_ID, 'must be the id of a rejected event')
    .optional()
    .describe('only this one'),
  code: z.enum(CODES).optional().describe('only events rejected for this reason'),
  sender: z
    .string()
    .max(300)
    .optional()
    .describe('only from this token (`token:<id>`) or topic (`kafka:<topic>`)'),
  partition: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe('only from this partition'),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('only from this offset'),
  since: z.iso.datetime({ offset: true }).optional().describe('received at or after'),
  until: z.iso.datetime({ offset: true }).optional().describe('received before'),
});
export type RejectedEventsQuery = z.infer<typeof RejectedEventsQuery>;
