/**
 * How Postgres values arrive in JavaScript, the same from both adapters:
 * - `int8` and `numeric` are strings, because a number would lose digits (ask for `::int` or `::float8` for a number);
 * - `timestamptz` is a Date (milliseconds; the microseconds are cut off);
 * - `date`, `timestamp` and `interval` are Postgres's own text, because they name no moment in time;
 * - `json` and `jsonb` are parsed, `bytea` is a Buffer, arrays are arrays of the same.
 * Everything not listed here (int2, int4, float, bool, text, uuid) both drivers read alike.
 */
const ELEMENT_PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  17: toBuffer,
  20: (text) => text,
  1082: (text) => text,
  1114: (text) => text,
  1184: toDate,
  1186: (text) => text,
  1700: (text) => text,
};

/** Buffers do not come out of a thread as such, and JSON is cheaper as text. */
const LATE_PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  17: toBuffer,
  114: (text) => JSON.parse(text),
  3802: (text) => JSON.parse(text),
};

const LATE_ARRAY_OF: Readonly<Record<number, number>> = { 1001: 17, 199: 114, 3807: 3802 };

/** Array type → element type, for those whose elements are parsed above. */
const ARRAY_OF: Readonly<Record<number, number>> = {
  1001: 17,
  1016: 20,
  1182: 1082,
  1115: 1114,
  1185: 1184,
  1187: 1186,
  1231: 1700,
};

/** The parser of the type with this object id; undefined where the drivers already agree. */
export function elementParser(oid: number): ((text: string) => unknown) | undefined {
  return ELEMENT_PARSERS[oid];
}

/**
 * By object id, for PGlite in its thread, which derives the array parsers itself. What would not come out of the thread
 * as it is, or dearer than as text, stays text until `parseLate`.
 */
export function engineParsers(): Record<number, (text: string) => unknown> {
  const asText = Object.keys(LATE_PARSERS).map((oid) => [oid, (text: string) => text]);
  return { ...ELEMENT_PARSERS, ...Object.fromEntries(asText) };
}

/** Parses in place what `engineParsers` left as text. */
export function parseLate(
  rows: Record<string, unknown>[],
  fields: readonly { readonly name: string; readonly dataTypeID: number }[],
): void {
  for (const { name, dataTypeID } of fields) {
    const parse = LATE_PARSERS[LATE_ARRAY_OF[dataTypeID] ?? dataTypeID];
    if (parse !== undefined) for (const row of rows) row[name] = parseElements(row[name], parse);
  }
}

function parseElements(value: unknown, parse: (text: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => parseElements(element, parse));
  return typeof value === 'string' ? parse(value) : value;
}

/** The element's parser when this object id is an array of a type parsed here. */
export function arrayElementParser(oid: number): ((text: string) => unknown) | undefined {
  const element = ARRAY_OF[oid];
  return element === undefined ? undefined : ELEMENT_PARSERS[element];
}

function toBuffer(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}

/** `2026-01-02 03:04:05.123456+00` or with another offset; `infinity` stays a number, as both drivers have it. */
function toDate(text: string): Date | number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  const match = /^(\d{4,6})-(\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d)(?::(\d\d))?( BC)?/.exec(text);
  if (match === null || match[7] !== undefined) return new Date(Number.NaN);
  const [, year = '', day = '', time = '', fraction = '', hours = '', minutes = '00'] = match;
  const fullYear = year.length === 4 ? year : `+${year.padStart(6, '0')}`;
  return new Date(`${fullYear}-${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${hours}:${minutes}`);
}
