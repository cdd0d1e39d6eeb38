import { AppError } from '../errors.ts';

/** The revisions that a change may be based on. */
export type Precondition = 'any' | readonly number[];

/** The strong ETag of a revision. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** What `If-Match` asks for; weak tags match nothing. @throws AppError `precondition-required` where it is missing. */
export function parseIfMatch(header: string | undefined): Precondition {
  if (header === undefined || header.trim() === '')
    throw new AppError(
      'precondition-required',
      'Send the ETag of what you read as If-Match, so that nobody’s change is overwritten unseen.',
    );
  if (header.trim() === '*') return 'any';
  return header
    .split(',')
    .flatMap((tag) => /^"(\d{1,9})"$/.exec(tag.trim())?.[1] ?? [])
    .map(Number);
}

/** @throws AppError `precondition-failed` if the resource has moved on. */
export function requireCurrent(precondition: Precondition, revision: number, resource: string): void {
  if (precondition === 'any' || precondition.includes(revision)) return;
  throw new AppError(
    'precondition-failed',
    `${resource} has changed since you read it and is now ${etagOf(revision)}; read it again and repeat your change.`,
  );
}
