/**
 * What a bound parameter looks like on the wire, the same for both adapters: null and undefined are NULL, a Date is
 * its instant in UTC, a JavaScript array is a Postgres array, bytes are bytes, any other object is JSON text.
 * A JSON value that is itself an array must be passed as `JSON.stringify(value)`.
 */
export function toWire(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return toArrayLiteral(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

function toArrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(toElement).join(',')}}`;
}

function toElement(value: unknown): string {
  if (Array.isArray(value)) return toArrayLiteral(value);
  const wire = toWire(value);
  if (wire === null) return 'NULL';
  const text = typeof wire === 'string' ? wire : `\\x${Buffer.from(wire).toString('hex')}`;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
