import type { z } from 'zod';
import { parseDocument } from './field-errors.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396: what `patch` names is replaced, what it sets to null goes, objects are merged and arrays are not. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch))
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  // Not by assignment: a member called __proto__ stays an ordinary one, for the schema to refuse.
  return Object.fromEntries(merged);
}

/**
 * A document after a merge patch, whole and valid. What the patch sets to null is gone, and so has its default, except
 * where null itself is a value of the field: there it is null. @throws AppError `unprocessable`, pointing at every bad field.
 */
export function parsePatched<S extends z.ZodType>(schema: S, document: unknown, patch: unknown): z.output<S> {
  const merged = mergePatch(document, patch);
  if (!isObject(merged) || !isObject(patch)) return parseDocument(schema, merged);
  const nulls = Object.keys(patch).filter(
    (name) => patch[name] === null && mayBeNull(schema, { ...merged, [name]: null }, name),
  );
  return parseDocument(schema, { ...merged, ...Object.fromEntries(nulls.map((name) => [name, null])) });
}

function mayBeNull(schema: z.ZodType, document: unknown, name: string): boolean {
  const { error } = schema.safeParse(document);
  return !error?.issues.some(
    (issue) => issue.path[0] === name || (issue.code === 'unrecognized_keys' && issue.keys.includes(name)),
  );
}
