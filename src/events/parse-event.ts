import type { Conversion, Event, Impression } from './event.ts';
import { asObject, isText } from './fields.ts';
import { parseInstant } from './instant.ts';
import { EVENT_LIMITS } from './limits.ts';
import { parseAttributes } from './parse-attributes.ts';
import { parseUnits } from './parse-units.ts';
import { type Rejection, rejection } from './rejection.ts';

type Field =
  | ('id' | 'type' | 'ts' | 'environment' | 'unit' | 'units' | 'attributes' | 'sentAt')
  | ('flag' | 'variant' | 'reason' | 'flagVersion' | 'name' | 'value');
/** Of what a producer sent, what is read; any of it may be absent, or anything. */
type Raw = { readonly [field in Field]?: unknown };
type Common = Omit<Impression, 'type' | 'flag' | 'variant' | 'reason' | 'flagVersion'>;

/** The last instant that ClickHouse's DateTime64(3) holds is beyond this one. */
const LAST_INSTANT = Date.UTC(2262, 0, 1);

/**
 * An event as a producer sent it (what JSON.parse gave), or the first reason why it is none. `now` is in milliseconds
 * since the Unix epoch. Inside, an `Event` is trusted: nothing is checked again. Unknown fields are ignored, so that a
 * newer producer can talk to an older service.
 */
export function parseEvent(raw: unknown, now: number): Event | Rejection {
  const fields: Raw | null = asObject(raw);
  if (fields === null) return rejection('not-an-object', 'an event must be a JSON object');
  const type = fields.type;
  if (type !== 'impression' && type !== 'conversion') {
    return rejection('invalid-type', 'type must be "impression" or "conversion"');
  }
  const common = parseCommon(fields, now);
  if ('code' in common) return common;
  return type === 'impression' ? parseImpression(fields, common) : parseConversion(fields, common);
}

function parseCommon(fields: Raw, now: number): Common | Rejection {
  const { id, ts, environment } = fields;
  if (!isText(id, EVENT_LIMITS.id)) return text('invalid-id', 'id', EVENT_LIMITS.id);
  if (!isText(environment, EVENT_LIMITS.environment)) {
    return text('invalid-environment', 'environment', EVENT_LIMITS.environment);
  }
  const time = typeof ts === 'string' ? instantOf(ts) : null;
  if (time === null) return instant('invalid-ts', 'ts');
  if (time > now + EVENT_LIMITS.futureMs) {
    return rejection('ts-in-future', 'ts is more than 24 hours ahead of this service’s clock');
  }
  const units = parseUnits(fields.unit, fields.units);
  if ('code' in units) return units;
  const parsed = parseAttributes(fields.attributes);
  if ('code' in parsed) return parsed;
  const sent = fields.sentAt ?? null;
  const sentAt = typeof sent === 'string' ? instantOf(sent) : null;
  if (sent !== null && sentAt === null) return instant('invalid-sent-at', 'sentAt');
  return { id, ts: time, environment, units, attributes: parsed.attributes, sentAt };
}

function parseImpression(fields: Raw, common: Common): Impression | Rejection {
  const flag = fields.flag;
  if (!isText(flag, EVENT_LIMITS.name)) return text('invalid-flag', 'flag', EVENT_LIMITS.name);
  const variant = fields.variant;
  if (!isText(variant, EVENT_LIMITS.name)) return text('invalid-variant', 'variant', EVENT_LIMITS.name);
  const reason = optionalText(fields.reason, EVENT_LIMITS.reason);
  if (reason === null) return optional('invalid-reason', 'reason', EVENT_LIMITS.reason);
  const version = fields.flagVersion;
  const flagVersion = optionalText(
    Number.isSafeInteger(version) ? String(version) : version,
    EVENT_LIMITS.flagVersion,
  );
  if (flagVersion === null) return optional('invalid-flag-version', 'flagVersion', EVENT_LIMITS.flagVersion);
  const { id, ts, environment, units, attributes, sentAt } = common;
  return {
    type: 'impression',
    id,
    ts,
    environment,
    units,
    attributes,
    sentAt,
    flag,
    variant,
    reason: normaliseReason(reason),
    flagVersion,
  };
}

function parseConversion(fields: Raw, common: Common): Conversion | Rejection {
  const name = fields.name;
  if (!isText(name, EVENT_LIMITS.name)) return text('invalid-name', 'name', EVENT_LIMITS.name);
  const raw = fields.value;
  const value = raw === undefined ? null : raw;
  if (value !== null && (typeof value !== 'number' || !Number.isFinite(value))) {
    return rejection('invalid-value', 'value must be a finite number, or absent');
  }
  const { id, ts, environment, units, attributes, sentAt } = common;
  return { type: 'conversion', id, ts, environment, units, attributes, sentAt, name, value };
}

/** Flag engines write the same reason as SPLIT, split, targeting-match or TARGETING_MATCH. */
export function normaliseReason(reason: string): string {
  if (reason === 'split' || reason === '') return reason;
  return reason
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** '' where absent; null where it is no text. */
function optionalText(value: unknown, longest: number): string | null {
  if (value === undefined || value === null || value === '') return '';
  return isText(value, longest) ? value : null;
}

function instantOf(value: string): number | null {
  const time = parseInstant(value);
  return time !== null && time >= 0 && time < LAST_INSTANT ? time : null;
}

function text(code: Rejection['code'], field: string, longest: number): Rejection {
  return rejection(
    code,
    `${field} must be a string of 1 to ${longest} characters without NUL or half surrogates`,
  );
}

function optional(code: Rejection['code'], field: string, longest: number): Rejection {
  return rejection(code, `${field} must be absent, or a string of at most ${longest} characters`);
}

function instant(code: Rejection['code'], field: string): Rejection {
  return rejection(
    code,
    `${field} must be an RFC 3339 date-time with an offset, from 1970 on, such as "2026-03-01T09:30:00.000Z"`,
  );
}
