/** What JSON.parse made of an object, or null where the value is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/**
 * A text that can be stored, compared and shown everywhere: not empty, not too long, without NUL (Postgres has none)
 * and without half a surrogate pair (UTF-8 has none).
 */
export function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && isTextOrEmpty(value, longest);
}

/** As {@link isText}, the empty text included. */
export function isTextOrEmpty(value: string, longest: number): boolean {
  return value.length <= longest && !value.includes('\0') && value.isWellFormed();
}

/**
 * A text that can name something: a unit's type, an attribute. Without quotes, backslashes and control characters,
 * which only an escape could write in JSON.
 */
export function isName(value: unknown, longest: number): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > longest) return false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 0x20 || c === 0x22 || c === 0x5c) return false;
  }
  return value.isWellFormed();
}
