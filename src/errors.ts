/** The closed list of what can go wrong; each code maps to one problem type and one HTTP status (http/). */
export type ErrorCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition-failed'
  | 'precondition-required'
  | 'too-large'
  | 'unsupported-media'
  | 'unprocessable'
  | 'too-many-requests'
  | 'unavailable'
  | 'store-failed'
  | 'limit-exceeded'
  | 'migration-refused'
  | 'start-refused'
  | 'internal';

/** One invalid field: a JSON pointer into the request body and what to do about it. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The only error this project throws on purpose. `message` is one sentence that says what went wrong and what to do
 * next; it never carries a secret, and for store errors the engine's own text is in `cause`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { cause?: unknown; fields?: readonly FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
