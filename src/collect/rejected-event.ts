import { z } from 'zod';
import { PageQuery, pageOf } from '../access/index.ts';
import { REJECTION_CODES } from '../events/index.ts';
import { DEAD_LETTER_BYTES } from '../ingest/index.ts';

/** An event that was not taken. */
export const RejectedEvent = z
  .object({
    receivedAt: z.iso.datetime().describe('RFC 3339'),
    index: z.int().min(0).describe('its place in the request’s body, from 0'),
    code: z.string(),
    detail: z.string(),
    sender: z.string().describe('whose token brought it'),
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
  code: z.enum(REJECTION_CODES).optional().describe('only events rejected for this reason'),
  sender: z.string().max(200).optional().describe('only events that this token brought: `token:<id>`'),
  since: z.iso.datetime({ offset: true }).optional().describe('received at or after'),
  until: z.iso.datetime({ offset: true }).optional().describe('received before'),
});
export type RejectedEventsQuery = z.infer<typeof RejectedEventsQuery>;
