import type { Event } from './event.ts';
import type { Attributes } from './parse-attributes.ts';

/** What every table keeps of where a row came from; fixed before the row's first insert. */
export const STAMP_COLUMNS = ['_received_at', '_source', '_partition', '_offset'] as const;

/** The columns of raw_impressions in the order of {@link encodeRows}. */
export const IMPRESSION_COLUMNS = [
  ...['environment', 'flag', 'unit_type', 'unit_id', 'id'],
  ...['unit_types', 'ts', 'variant', 'reason', 'flag_version', 'attributes'],
  'sent_at',
  ...STAMP_COLUMNS,
] as const;

/** The columns of raw_conversions in the order of {@link encodeRows}. */
export const CONVERSION_COLUMNS = [
  ...['environment', 'name', 'unit_type', 'unit_id', 'id'],
  ...['unit_types', 'ts', 'value', 'attributes'],
  'sent_at',
  ...STAMP_COLUMNS,
] as const;

/**
 * One row of an event: a JSONCompactEachRow line in three pieces, still open at its end for the stamp. Two rows with
 * the same `identity` are the same event of the same unit; `content` is everything else but the time of sending.
 */
export interface EncodedRow {
  readonly identity: string;
  readonly content: string;
  readonly sent: string;
}

/** The rows of an event, one per unit; impressions and conversions go to tables of their own. */
export function encodeRows(event: Event): EncodedRow[] {
  const attributes = encodeAttributes(event.attributes);
  const sent = event.sentAt === null ? ',null' : `,${event.sentAt}`;
  const id = quote(event.id);
  const types = `,[${event.units.map((unit) => quote(unit.type)).join(',')}]`;
  const key = event.type === 'impression' ? event.flag : event.name;
  const content =
    event.type === 'impression'
      ? `${types},${event.ts},${quote(event.variant)},${quote(event.reason)},${quote(event.flagVersion)},${attributes}`
      : `${types},${event.ts},${event.value},${attributes}`;
  const start = `[${quote(event.environment)},${quote(key)},`;
  return event.units.map((unit) => ({
    identity: `${start}${quote(unit.type)},${quote(unit.id)},${id}`,
    content,
    sent,
  }));
}

/** What needs no escape in JSON: by far the most texts, and several times faster than JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function encodeAttributes(attributes: Attributes): string {
  let text = '';
  for (const name of Object.keys(attributes)) {
    text += `${text === '' ? '' : ','}${quote(name)}:${quote(attributes[name] ?? '')}`;
  }
  return `{${text}}`;
}
