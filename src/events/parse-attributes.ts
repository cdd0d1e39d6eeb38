import { asObject, isName, isTextOrEmpty } from './fields.ts';
import { EVENT_LIMITS } from './limits.ts';
import { type Rejection, rejection } from './rejection.ts';

export type Attributes = Readonly<Record<string, string>>;

const NONE: Attributes = Object.freeze({});

/**
 * Attributes as strings: numbers and booleans become their JavaScript text, null means absent, anything nested is
 * refused. What is returned has no prototype wherever it was copied, so that `__proto__` is a name like any other.
 */
export function parseAttributes(raw: unknown): { readonly attributes: Attributes } | Rejection {
  if (raw === undefined || raw === null) return { attributes: NONE };
  const object = asObject(raw);
  if (object === null) return rejection('invalid-attributes', 'attributes must be an object of strings');
  const names = Object.keys(object);
  if (names.length > EVENT_LIMITS.attributes) {
    return rejection(
      'invalid-attributes',
      `attributes has ${names.length} entries; at most ${EVENT_LIMITS.attributes} are taken`,
    );
  }
  let onlyStrings = true;
  for (const name of names) {
    if (!isName(name, EVENT_LIMITS.attributeName)) {
      return rejection(
        'invalid-attributes',
        `an attribute's name must be 1 to ${EVENT_LIMITS.attributeName} characters without quotes, backslashes and control characters`,
      );
    }
    const value = object[name];
    if (typeof value === 'string') {
      if (!isTextOrEmpty(value, EVENT_LIMITS.attributeValue))
        return invalidValue(name, 'is too long or no valid text');
    } else {
      onlyStrings = false;
      if (typeof value === 'object' && value !== null)
        return invalidValue(name, 'is nested; give a plain value');
      if (typeof value === 'number' && !Number.isFinite(value))
        return invalidValue(name, 'is no finite number');
    }
  }
  return { attributes: onlyStrings ? (object as Attributes) : asStrings(object, names) };
}

function asStrings(object: Readonly<Record<string, unknown>>, names: readonly string[]): Attributes {
  const attributes: Record<string, string> = Object.create(null);
  for (const name of names) {
    const value = object[name];
    if (value !== null) attributes[name] = String(value);
  }
  return attributes;
}

function invalidValue(name: string, what: string): Rejection {
  return rejection(
    'invalid-attributes',
    `the attribute ${JSON.stringify(name)} ${what} (a string of at most ${EVENT_LIMITS.attributeValue} characters, a finite number, true, false or null)`,
  );
}
