import { z } from 'zod';
import { ConversionInput, ImpressionInput } from '../events/index.ts';

type JsonSchema = { readonly [keyword: string]: unknown };

/** A schema with an id of its own is converted to a reference to it; here it stands in place. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema & { readonly example: unknown } {
  const text = JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }));
  const { $defs = {}, $ref, $schema: _, ...root } = JSON.parse(text);
  const { id: __, ...json } = typeof $ref === 'string' ? $defs[$ref.replace('#/$defs/', '')] : root;
  const { example } = schema.meta() ?? {};
  return { ...json, example };
}

const impression = jsonSchemaOf(ImpressionInput);
const conversion = jsonSchemaOf(ConversionInput);
const examples = [impression.example, conversion.example];
const events = { oneOf: [impression, conversion], discriminator: { propertyName: 'type' } };

/** How the body of events is described to people and programs: it is read by `parseEvent`, not by a schema. */
export const EVENTS_BODY = {
  description:
    'At most 1 000 events or 1 MB, compressed and not (Content-Encoding: gzip or zstd). An array that is no valid JSON is ' +
    'refused as a whole (400, nothing kept); in NDJSON every line stands for itself.',
  required: true,
  content: {
    'application/json': {
      schema: { type: 'array', maxItems: 1000, items: events },
      example: examples,
    },
    'application/x-ndjson': {
      schema: { type: 'string', description: 'one event a line' },
      example: examples.map((example) => `${JSON.stringify(example)}\n`).join(''),
    },
  },
};
