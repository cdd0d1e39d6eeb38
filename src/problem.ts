import { z } from 'zod';
import type { AppError, ErrorCode } from './errors.ts';

const STATUS = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  'precondition-required': 428,
  'too-large': 413,
  'unsupported-media': 415,
  unprocessable: 422,
  'too-many-requests': 429,
  unavailable: 503,
  'store-failed': 500,
  'limit-exceeded': 503,
  'migration-refused': 500,
  'start-refused': 500,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

const TITLE = {
  'bad-request': 'The request cannot be read',
  unauthorized: 'A valid token is needed',
  forbidden: 'The token may not do this',
  'not-found': 'There is no such thing',
  conflict: 'The state does not allow it',
  'precondition-failed': 'It has changed since you read it',
  'precondition-required': 'If-Match is needed',
  'too-large': 'The request is too large',
  'unsupported-media': 'This content type or encoding is not understood',
  unprocessable: 'Some fields are not valid',
  'too-many-requests': 'Too much at once',
  unavailable: 'Not available at the moment',
  'store-failed': 'A store failed',
  'limit-exceeded': 'The work exceeded its limit',
  'migration-refused': 'A migration was refused',
  'start-refused': 'The service cannot start',
  internal: 'Something went wrong here',
} as const satisfies Record<ErrorCode, string>;

/** An RFC 9457 problem document; `type` is stable, `errors` point into the request with JSON pointers. */
export const Problem = z
  .object({
    type: z.string().describe('urn:assay:problem:<code>, stable'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('one sentence: what went wrong and what to do next'),
    instance: z.string().describe('the request’s id, as in the logs'),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({
    id: 'Problem',
    example: {
      type: 'urn:assay:problem:not-found',
      title: TITLE['not-found'],
      status: 404,
      detail: 'There is no experiment "checkout"; GET /api/v1/experiments lists those there are.',
      instance: 'urn:uuid:7b0d2a52-6a2e-4c57-9a52-0f9c7f6f5b10',
    },
  });
export type Problem = z.infer<typeof Problem>;

/** The problem document that a client sees for an error; causes stay in the logs. */
export function problemOf(error: AppError, requestId: string): Problem {
  return {
    type: `urn:assay:problem:${error.code}`,
    title: TITLE[error.code],
    status: STATUS[error.code],
    detail: error.message,
    instance: `urn:uuid:${requestId}`,
    ...(error.fields.length > 0 ? { errors: error.fields.map((field) => ({ ...field })) } : {}),
  };
}
