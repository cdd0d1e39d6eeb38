import { AppError, type ErrorCode } from '../../errors.ts';
import type { StatementLimits } from './clickhouse.port.ts';

/** What the engine itself said; `code` is ClickHouse's number, null where it never answered. */
export class EngineError extends Error {
  readonly code: number | null;

  constructor(code: number | null, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    this.code = code;
  }
}

const TIMEOUT_EXCEEDED = 159;
const MEMORY_LIMIT_EXCEEDED = 241;

// TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, CANNOT_ALLOCATE_MEMORY, SET_SIZE_LIMIT_EXCEEDED, MEMORY_LIMIT_EXCEEDED,
// LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES.
const limitCodes = new Set([158, TIMEOUT_EXCEEDED, 160, 173, 191, MEMORY_LIMIT_EXCEEDED, 290, 307, 396]);

// What passes by itself: TOO_MANY_SIMULTANEOUS_QUERIES, SOCKET_TIMEOUT, NETWORK_ERROR, NO_ZOOKEEPER, ABORTED,
// TABLE_IS_READ_ONLY, TOO_MANY_PARTS, ALL_CONNECTION_TRIES_FAILED, TOO_FEW_LIVE_REPLICAS, UNKNOWN_STATUS_OF_INSERT,
// QUERY_WAS_CANCELLED, KEEPER_EXCEPTION.
const passingCodes = new Set([202, 209, 210, 225, 236, 242, 252, 279, 285, 319, 394, 999]);

/**
 * Any failure of a statement as an AppError by the port's rules; an AppError passes through. `withoutCode` is what a
 * failure means that the engine gave no code to: over a network it did not answer, in process it refused.
 */
export function toAppError(
  error: unknown,
  withoutCode: 'unavailable' | 'store-failed',
  limits: StatementLimits,
): AppError {
  if (error instanceof AppError) return error;
  const cause = toEngineError(error);
  const code = cause.code === null ? withoutCode : categoryOf(cause.code);
  return new AppError(code, sentence(code, cause, limits), {
    cause,
    ...(code === 'unavailable' ? { retryAfterSeconds: 2 } : {}),
  });
}

function toEngineError(error: unknown): EngineError {
  for (let e = error; e instanceof Error; e = e.cause) {
    const found = engineCodeOf(e);
    if (found !== null) return new EngineError(found, engineText(e), error);
  }
  return new EngineError(null, error instanceof Error ? engineText(error) : String(error), error);
}

// The engine may quote a whole block of data; the beginning says what is wrong.
function engineText(error: Error): string {
  const { type } = error as { type?: unknown };
  const text = error.message.length <= 2000 ? error.message.trim() : `${error.message.slice(0, 2000)}…`;
  return typeof type === 'string' ? `${text} (${type})` : text;
}

// chdb says `clickhouseCode`, @clickhouse/client a numeric string in `code`, and both start the message with the code.
function engineCodeOf(error: Error): number | null {
  const { clickhouseCode, code } = error as { clickhouseCode?: unknown; code?: unknown };
  if (typeof clickhouseCode === 'number') return clickhouseCode;
  if (typeof code === 'string' && /^\d+$/.test(code)) return Number(code);
  const match = /^Code: (\d+)\./.exec(error.message);
  return match?.[1] === undefined ? null : Number(match[1]);
}

function categoryOf(code: number): ErrorCode {
  if (passingCodes.has(code)) return 'unavailable';
  return limitCodes.has(code) ? 'limit-exceeded' : 'store-failed';
}

function sentence(code: ErrorCode, { code: number, message }: EngineError, limits: StatementLimits): string {
  if (code === 'limit-exceeded') {
    if (number === TIMEOUT_EXCEEDED)
      return `ClickHouse stopped the statement at its limit of ${limits.maxSeconds} s; ask for less data or raise the limit.`;
    if (number === MEMORY_LIMIT_EXCEEDED)
      return `ClickHouse stopped the statement at its limit of ${Math.round(limits.maxMemoryBytes / 1e6)} MB of memory; ask for less data or raise the limit.`;
    return `ClickHouse stopped the statement at a limit (code ${number}); ask for less data or raise the limit.`;
  }
  if (code === 'unavailable')
    return number === null
      ? 'ClickHouse cannot be reached; check that it runs, then try again.'
      : `ClickHouse cannot take the statement just now (code ${number}); try again shortly.`;
  if (number === null) return 'ClickHouse refused the statement; its own words are in the cause.';
  const name = /\(([A-Z][A-Z_0-9]+)\)\s*(?:\(version [^)]*\))?\s*$/.exec(message)?.[1];
  return `ClickHouse refused the statement (code ${number}${name === undefined ? '' : `, ${name}`}); its own words are in the cause.`;
}
