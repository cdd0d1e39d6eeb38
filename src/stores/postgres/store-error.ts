import { AppError } from '../../errors.ts';

const UNIQUE_VIOLATION = '23505';

/** SQLSTATEs of a server that cannot be reached, is stopping, starting or full. */
const UNREACHABLE = /^(08...|57P0[123]|53300)$/;

/** What the network, `pg`'s pool and PGlite say when nobody is at the other end. */
const UNREACHABLE_CODE = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const UNREACHABLE_TEXT =
  /connection terminated|connection error|timeout exceeded when trying to connect|cannot use a pool after|is closed|is closing|was released/i;

/**
 * The AppError of a failed statement: `conflict` for a violated unique key, `unavailable` when Postgres cannot be
 * reached, else `store-failed`. The engine's error is the cause, so `cause.code` is the SQLSTATE. Anything that is
 * already an AppError passes through.
 */
export function toStoreError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === UNIQUE_VIOLATION) {
    const message = 'A row with the same unique key already exists: read it and decide whether to change it.';
    return new AppError('conflict', message, { cause: error });
  }
  if (UNREACHABLE.test(code) || UNREACHABLE_CODE.test(code) || UNREACHABLE_TEXT.test(textOf(error))) {
    return new AppError('unavailable', 'Postgres cannot be reached: try again when it is back.', {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
  const state = code === '' ? '' : ` (${code})`;
  return new AppError('store-failed', `Postgres refused a statement${state}: the cause says why.`, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
