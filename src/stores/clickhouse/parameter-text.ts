import type { ParameterValue } from './clickhouse.port.ts';

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const special = /[\\\0\b\f\n\r\t]/g;

/**
 * A parameter as the text that ClickHouse parses by the type in its placeholder: strings by the rules of tab-separated
 * values, elements of arrays, tuples and maps as quoted literals.
 */
export function parameterText(value: ParameterValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Date) return dateText(value);
  return literal(value);
}

/** The same value with dates replaced by their text, for a client that formats the rest by the same rules. */
export function withDatesAsText(value: ParameterValue): ParameterValue {
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return value.map(withDatesAsText);
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, withDatesAsText(v)]));
  return value;
}

/** A string as an SQL literal, safe against anything in it. */
export function quoted(text: string): string {
  return `'${escapeText(text).replaceAll("'", "\\'")}'`;
}

/**
 * UTC, with milliseconds only where there are some: both `DateTime` and `DateTime64(3)` take whole seconds, and a
 * `DateTime` refuses a fraction instead of dropping it. (A Unix timestamp would be ambiguous before 1973.)
 */
function dateText(date: Date): string {
  return date
    .toISOString()
    .slice(0, 23)
    .replace('T', ' ')
    .replace(/\.000$/, '');
}

function literal(value: ParameterValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return quoted(dateText(value));
  if (Array.isArray(value)) return `[${value.map(literal).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, v]) => `${quoted(key)}:${literal(v)}`)
    .join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return String(value);
}

function escapeText(text: string): string {
  return text.replace(special, (character) => escapes[character] ?? character);
}

function isMap(value: ParameterValue): value is { readonly [key: string]: ParameterValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
