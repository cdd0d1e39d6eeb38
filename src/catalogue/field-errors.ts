import type { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';

/** The JSON pointer (RFC 6901) of a path into a document. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Why a document cannot be accepted: one error that points at every bad field. */
export function invalid(fields: readonly FieldError[]): AppError {
  return new AppError('unprocessable', 'The body is not valid; "errors" says which fields and why.', {
    fields,
  });
}

/** A document as its schema has it, defaults filled in. @throws AppError `unprocessable`, pointing at every bad field. */
export function parseDocument<S extends z.ZodType>(schema: S, document: unknown): z.output<S> {
  const unstorable = findUnstorable(document, []);
  if (unstorable !== null) throw invalid([unstorable]);
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.slice(0, 50).flatMap(toFieldErrors));
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        detail: 'there is no such field',
      }))
    : [{ pointer: pointerOf(issue.path), detail: issue.message }];
}

/** Postgres keeps neither NUL nor half a surrogate pair in JSON, and must not be the one to say so. */
function findUnstorable(value: unknown, path: readonly PropertyKey[]): FieldError | null {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed()
      ? { pointer: pointerOf(path), detail: 'has a NUL or half a surrogate pair, which cannot be kept' }
      : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = findUnstorable(member, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}
