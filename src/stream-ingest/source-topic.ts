/**
 * How one topic's messages become events. Envelopes of our collectors are recognised by their header on every topic;
 * what is said here is for messages of other producers.
 */
export interface SourceTopic {
  readonly name: string;
  /** What every event of the topic is; null: each says so itself in `type`. */
  readonly type: 'impression' | 'conversion' | null;
  /**
   * Where an event's fields are found in a message: our field (`ts`, `unit.id`, `attributes.country`…) by the producer's
   * path (`context.user.id`), or by a constant as `=production`. Fields that are not named here keep their own names.
   */
  readonly fields: Readonly<Record<string, string>>;
}

type Json = { [name: string]: unknown };

/** The message as `parseEvent` wants it. */
export function mapFields(raw: unknown, { type, fields }: SourceTopic): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const names = Object.entries(fields);
  if (type === null && names.length === 0) return raw;
  const event: Json = { ...(raw as Json) };
  if (type !== null) event['type'] = type;
  for (const [to, from] of names) {
    const value = from.startsWith('=') ? from.slice(1) : valueAt(raw, from);
    if (value !== undefined) put(event, to.split('.'), value);
  }
  return event;
}

/** A name with dots in it is found before a path. */
function valueAt(raw: object, path: string): unknown {
  if (Object.hasOwn(raw, path)) return (raw as Json)[path];
  let value: unknown = raw;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Json)[step];
  }
  return value;
}

function put(event: Json, [step, ...rest]: readonly string[], value: unknown): void {
  if (step === undefined || step === '__proto__') return;
  if (rest.length === 0) {
    event[step] = value;
    return;
  }
  const inner = event[step];
  // Never into the producer's own objects: they are looked at again.
  const copy: Json = typeof inner === 'object' && inner !== null ? { ...(inner as Json) } : {};
  event[step] = copy;
  put(copy, rest, value);
}
