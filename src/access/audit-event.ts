import { z } from 'zod';
import { PageQuery } from './page.ts';

/** One change, as it is remembered for ever. */
export const AuditEvent = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.object({ id: z.string().describe('token:<id> or system:<part>'), name: z.string() }),
    action: z.string().describe('create, update, start, stop, archive, openEpoch, mint, revoke…'),
    resource: z.string().describe('its address below /api/v1, such as experiments/checkout'),
    before: z.unknown().describe('null: it did not exist'),
    after: z.unknown().describe('null: it no longer exists'),
    why: z.string().nullable(),
  })
  .meta({
    id: 'AuditEvent',
    example: {
      id: '17',
      at: '2026-03-02T09:30:00.000Z',
      actor: { id: 'token:tok_4fJ2kQ9xLmN0', name: 'release pipeline' },
      action: 'stop',
      resource: 'experiments/checkout',
      before: { status: 'running' },
      after: { status: 'stopped' },
      why: 'the new page broke on Safari',
    },
  });
export type AuditEvent = z.infer<typeof AuditEvent>;

export const AuditQuery = PageQuery.extend({
  resource: z
    .string()
    .max(500)
    .regex(/^[^\0]*$/, 'no NUL')
    .optional()
    .describe('only of this one, such as experiments/checkout'),
  actor: z
    .string()
    .max(200)
    .regex(/^[^\0]*$/, 'no NUL')
    .optional()
    .describe('only by this one'),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
