import { z } from 'zod';
import { EVENT_LIMITS } from './limits.ts';

const text = (longest: number) => z.string().min(1).max(longest);
/** From the space on, without quotes and backslashes. */
const NAME = /^[ !#-[\]-\u{10ffff}]*$/u;
const name = (longest: number) =>
  text(longest).regex(NAME, 'without quotes, backslashes and control characters');
const instant = z.iso.datetime({ offset: true });
const unitId = text(EVENT_LIMITS.unitId);

const common = {
  id: text(EVENT_LIMITS.id).describe(
    'the producer’s id of this event; the same identity (environment, unit, flag or name, id) twice is one event',
  ),
  ts: instant.describe('when it happened, RFC 3339; at most 24 hours ahead of the service’s clock'),
  environment: text(EVENT_LIMITS.environment).describe('production, staging…'),
  unit: z
    .object({ type: name(EVENT_LIMITS.unitType), id: unitId })
    .nullish()
    .describe('what is randomised; `unit`, `units` or both are needed'),
  units: z
    .record(name(EVENT_LIMITS.unitType), unitId)
    .nullish()
    .describe(`several units of one event, type: id; at most ${EVENT_LIMITS.units}`),
  attributes: z
    .record(
      name(EVENT_LIMITS.attributeName),
      z.union([z.string().max(EVENT_LIMITS.attributeValue), z.number(), z.boolean(), z.null()]),
    )
    .nullish()
    .describe(
      `at most ${EVENT_LIMITS.attributes}; numbers and booleans are kept as text, null means absent, nothing nested`,
    ),
  sentAt: instant.nullish().describe('the producer’s clock when it sent the event; kept, corrects nothing'),
};

/** An impression as producers send it: documents what `parseEvent` takes. */
export const ImpressionInput = z
  .looseObject({
    ...common,
    type: z.literal('impression'),
    flag: text(EVENT_LIMITS.name),
    variant: text(EVENT_LIMITS.name),
    reason: z
      .string()
      .max(EVENT_LIMITS.reason)
      .nullish()
      .describe(
        'why the flag served it; in any case, kept in lower case; absent, split and cached count in the statistics',
      ),
    flagVersion: z
      .union([z.string().max(EVENT_LIMITS.flagVersion), z.int()])
      .nullish()
      .describe('tells the epoch where it is mapped to one'),
  })
  .meta({
    id: 'ImpressionEvent',
    description: 'A unit met a variant of a flag. Unknown fields are ignored.',
    example: {
      id: '0199a3c2-7b4e-7c3a-9d21-5c1f6f0a9b10',
      type: 'impression',
      ts: '2026-03-01T09:30:00.000Z',
      environment: 'production',
      unit: { type: 'user', id: 'u1' },
      flag: 'checkout-v2',
      variant: 'treatment',
      reason: 'split',
      attributes: { country: 'DE' },
    },
  });

/** A conversion as producers send it: documents what `parseEvent` takes. */
export const ConversionInput = z
  .looseObject({
    ...common,
    type: z.literal('conversion'),
    name: text(EVENT_LIMITS.name),
    value: z.number().nullish().describe('a finite number'),
  })
  .meta({
    id: 'ConversionEvent',
    description: 'Something a unit did or suffered. Unknown fields are ignored.',
    example: {
      id: '0199a3c2-8f02-7a11-b7de-1d2e3f405162',
      type: 'conversion',
      ts: '2026-03-01T09:41:12.250Z',
      environment: 'production',
      units: { user: 'u1', device: 'd9' },
      name: 'purchase',
      value: 29.9,
    },
  });

/** Either kind of event, as producers send it. */
export const EventInput = z
  .discriminatedUnion('type', [ImpressionInput, ConversionInput])
  .meta({ id: 'Event' });
