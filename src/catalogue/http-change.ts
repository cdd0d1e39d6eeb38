import { z } from 'zod';
import { actorOf, Why, whyOf } from '../access/index.ts';
import type { Change } from './changes.ts';
import { repeatableRequest } from './idempotency.ts';
import { etagOf } from './precondition.ts';

/** What the catalogue's controllers need of a request. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface HttpReply {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

/** Every body that changes something may say why. */
export const why = Why.optional();

/** The body of a step that takes nothing but a reason. */
export const StepBody = z
  .strictObject({ why })
  .optional()
  .meta({ id: 'Step', example: { why: 'the ramp is done' } });
export type StepBody = z.infer<typeof StepBody>;

/** The body of a PATCH (RFC 7396); the whole that it makes is what is validated. */
export const MergePatch = z
  .looseObject({ why })
  .describe(
    'JSON Merge Patch (RFC 7396): what it names is replaced; null means none where that is possible, else the default',
  )
  .meta({ id: 'MergePatch', example: { name: 'New checkout' } });
export type MergePatch = z.infer<typeof MergePatch>;

/** The change that a request asks for: by whom, why, and, for a POST with an Idempotency-Key, what it repeats. */
export function changeOf(
  request: HttpRequest,
  body: { readonly why?: string | undefined } | undefined,
): Change {
  const change = { actor: actorOf(request), why: whyOf(request, body?.why) };
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || typeof key !== 'string') return change;
  const route = `POST ${request.url.split('?')[0] ?? ''}`;
  return { ...change, repeatable: repeatableRequest(key, route, body) };
}

/** `If-Match`, as one text. */
export function ifMatchOf(request: HttpRequest): string | undefined {
  const header = request.headers['if-match'];
  return Array.isArray(header) ? header.join(',') : header;
}

/** Answers with a revision's strong ETag; 304 and nothing more to a GET that has it already. */
export function withEtag<T>(
  request: HttpRequest,
  reply: HttpReply,
  revision: number,
  view: T,
): T | undefined {
  const etag = etagOf(revision);
  reply.header('etag', etag);
  const known = request.headers['if-none-match'];
  if (request.method !== 'GET' || typeof known !== 'string') return view;
  const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!tags.includes(etag) && !tags.includes('*')) return view;
  reply.status(304);
  return undefined;
}
