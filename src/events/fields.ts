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
