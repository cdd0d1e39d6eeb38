import { z } from 'zod';
import { AppError } from '../errors.ts';

/** Why a change is made: kept in the audit log. In the body, or (percent-encoded where not ASCII) in the header `Assay-Why`. */
export const Why = z.string().max(2000).describe('why, for the audit log; or the header Assay-Why');

/** The reason given for a change: the body's, else the header's, else null. @throws AppError `bad-request` if unreadable. */
export function whyOf(
  request: { readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> },
  fromBody: string | undefined,
): string | null {
  const header = request.headers['assay-why'];
  if (fromBody !== undefined || typeof header !== 'string') return fromBody ?? null;
  try {
    return Why.parse(decodeURIComponent(header));
  } catch (cause) {
    throw new AppError(
      'bad-request',
      'The header Assay-Why is not percent-encoded text of at most 2000 characters.',
      { cause },
    );
  }
}
