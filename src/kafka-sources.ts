import { z } from 'zod';
import { AppError } from './errors.ts';
import type { SourceTopic } from './stream-ingest/index.ts';

export { mapFields } from './stream-ingest/source-topic.ts';

/** A topic's name as Kafka takes it. */
export const topicName = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    'must be a topic’s name: letters, digits, dot, dash, underscore',
  );

const FIELDS = [
  ...['id', 'type', 'ts', 'environment', 'unit', 'units', 'attributes', 'sentAt'],
  ...['flag', 'variant', 'reason', 'flagVersion', 'name', 'value'],
];
const FIELD = new RegExp(`^(${FIELDS.join('|')}|unit\\.(type|id)|(units|attributes)\\.[^.]+)$`);

const Sources = z
  .array(
    z.strictObject({
      topic: topicName,
      type: z.enum(['impression', 'conversion']).nullable().default(null),
      fields: z
        .record(
          z
            .string()
            .regex(
              FIELD,
              `is no field of an event; there are ${FIELDS.join(', ')}, unit.id, units.user, attributes.country…`,
            ),
          z
            .string()
            .regex(/^=?[^=]/, 'must be a path such as context.user.id, or a constant such as =production'),
        )
        .default({}),
    }),
    { error: 'must be a list of topics' },
  )
  .min(1, 'names no topic');

/**
 * The topics of other producers, from the JSON of KAFKA_SOURCES. @throws AppError `start-refused` with one sentence that
 * says where it is wrong.
 */
export function readKafkaSources(text: string): readonly SourceTopic[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw refused(
      `is no JSON (${(cause as Error).message}); to read it from a file, set KAFKA_SOURCES_FILE`,
      cause,
    );
  }
  const result = Sources.safeParse(parsed);
  if (!result.success) throw refused(`is not valid: ${sentenceOf(result.error.issues[0])}`, result.error);
  const names = result.data.map(({ topic }) => topic);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refused(`names the topic ${twice} twice; keep one of them`);
  return result.data.map(({ topic, type, fields }) => ({ name: topic, type, fields }));
}

function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'it cannot be read';
  const [entry, ...path] = issue.path;
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  if (typeof entry !== 'number') return message;
  return `${[`entry ${entry + 1}`, ...path.map(String)].join(', ')}: ${message}`;
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError('start-refused', `KAFKA_SOURCES ${why}; its format is in docs/operations.md.`, {
    cause,
  });
}
