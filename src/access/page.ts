import { z } from 'zod';
import { AppError } from '../errors.ts';

/** The part of a list's query that walks through it. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('entries per page'),
  cursor: z.string().max(1000).optional().describe('`nextCursor` of the page before; opaque'),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** The schema of a page of `item`s. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

const Cursor = z.tuple([z.string(), z.string()]);

/** The last position seen in a list, or null at its beginning. @throws AppError `bad-request` for a cursor of another list. */
export function positionOf(list: string, query: PageQuery): string | null {
  if (query.cursor === undefined) return null;
  try {
    const [name, position] = Cursor.parse(
      JSON.parse(Buffer.from(query.cursor, 'base64url').toString('utf8')),
    );
    if (name === list && !position.includes('\0')) return position;
  } catch {
    // Told below, like a cursor of another list.
  }
  throw new AppError('bad-request', 'This cursor is not one of this list; begin again without it.', {
    fields: [{ pointer: '/cursor', detail: 'not a cursor of this list' }],
  });
}

/** A page from `limit + 1` rows asked for: the last only tells that there is more. */
export function toPage<T>(
  list: string,
  query: PageQuery,
  rows: readonly T[],
  position: (row: T) => string,
): Page<T> {
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    items,
    nextCursor: more ? Buffer.from(JSON.stringify([list, position(last)])).toString('base64url') : null,
  };
}
