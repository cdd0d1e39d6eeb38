import { z } from 'zod';
import { pageOf } from '../../access/index.ts';
import { Key } from '../../catalogue/index.ts';
import { DecisionVerdict } from '../../decide/index.ts';

const some = <T extends z.ZodType>(item: T, most: number) =>
  z.array(item).min(1).max(most).nullable().default(null);

/** An endpoint that is told of decisions. */
export const WebhookDefinition = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with https://' })
      .max(2000)
      .describe('https, unless the service is configured to allow http; redirects are not followed'),
    description: z.string().max(1000).default(''),
    environments: some(Key, 50).describe('only decisions of these; null: of all'),
    flags: some(Key, 500).describe('only decisions on these; null: on all'),
    verdicts: some(DecisionVerdict, 5).describe('only these; null: all'),
    heartbeats: z
      .boolean()
      .default(true)
      .describe(
        'told every few seconds that what it was told still holds; never where `verdicts` are chosen, because then it is not told what follows',
      ),
    enabled: z.boolean().default(true).describe('false: nothing is sent, and nothing is kept to be sent'),
    secretFile: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the name of a file, without a path')
      .nullable()
      .default(null)
      .describe(
        'a file in WEBHOOK_SECRETS_DIR with a whsec_ secret on each line, all of which sign; null: the service makes one. Never changes',
      ),
  })
  .meta({
    id: 'Webhook',
    example: {
      url: 'https://rollouts.example.org/assay',
      description: 'rolls back',
      environments: ['production'],
      verdicts: ['breach'],
    },
  });
export type WebhookDefinition = z.infer<typeof WebhookDefinition>;

const instant = z.iso.datetime();

export const WebhookView = WebhookDefinition.extend({
  id: z.string(),
  revision: z.int().describe('the ETag is this, quoted'),
  createdAt: instant,
  updatedAt: instant,
  waiting: z.int().describe('decisions that are still to be delivered'),
  heartbeatAt: instant.nullable().describe('when it took a heartbeat last'),
  failing: z
    .strictObject({
      since: instant,
      failures: z.int().describe('attempts in a row'),
      retryAt: instant.nullable().describe('null: as soon as there is something to deliver'),
      reason: z.string(),
    })
    .nullable()
    .describe('null: the latest attempt succeeded, or there was none. A failing endpoint is never disabled'),
}).meta({ id: 'WebhookView' });
export type WebhookView = z.infer<typeof WebhookView>;

export const WebhookWithSecret = WebhookView.extend({
  secret: z.string().nullable().describe('shown in this answer and never again; null where a file has it'),
}).meta({ id: 'WebhookWithSecret' });
export type WebhookWithSecret = z.infer<typeof WebhookWithSecret>;

export const WebhookPage = pageOf(WebhookView).meta({ id: 'WebhookPage' });

/** What became of one message to one endpoint. */
export const WebhookDelivery = z
  .strictObject({
    id: z.string(),
    webhook: z.string(),
    kind: z.enum(['decision', 'test']),
    message: z
      .string()
      .describe('the header webhook-id and the event’s id: the same whenever it is sent again'),
    environment: z.string().nullable(),
    flag: z.string().nullable(),
    treatment: z.string().nullable(),
    sequence: z.int().nullable(),
    verdict: DecisionVerdict.nullable(),
    status: z
      .enum(['waiting', 'delivered', 'superseded', 'failed'])
      .describe('superseded: a newer decision on the treatment took its place; failed: of a test alone'),
    attempts: z.int(),
    createdAt: instant,
    firstAttemptAt: instant.nullable(),
    lastAttemptAt: instant.nullable(),
    finishedAt: instant.nullable(),
    latencyMs: z.number().nullable().describe('of the latest attempt, until its answer began'),
    response: z
      .strictObject({ status: z.int(), body: z.string().describe('the first 1000 bytes') })
      .nullable()
      .describe('to the latest attempt; null: there was none'),
    error: z.string().nullable().describe('why the latest attempt failed'),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveryPage = pageOf(WebhookDelivery).meta({ id: 'WebhookDeliveryPage' });
