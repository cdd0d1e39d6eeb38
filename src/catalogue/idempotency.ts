import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const claimSql = loadSql(new URL('./claim-idempotency-key.sql', import.meta.url));
const forgetSql = loadSql(new URL('./forget-idempotency-keys.sql', import.meta.url));
const readSql = loadSql(new URL('./read-idempotency-key.sql', import.meta.url));
const keepSql = loadSql(new URL('./keep-idempotent-response.sql', import.meta.url));

const KEPT_MS = 24 * 3_600_000;

/** A POST that may be sent again: its Idempotency-Key and a hash of all that it asks for. */
export interface RepeatableRequest {
  readonly key: string;
  readonly hash: string;
}

/** @throws AppError `bad-request` for a key that is empty, longer than 200 characters or not printable ASCII. */
export function repeatableRequest(key: string, route: string, body: unknown): RepeatableRequest {
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new AppError(
      'bad-request',
      'An Idempotency-Key is 1 to 200 printable ASCII characters, such as a UUID.',
    );
  return {
    key,
    hash: createHash('sha256')
      .update(`${route}\n${canonicalJson(body ?? null)}`)
      .digest('hex'),
  };
}

/**
 * The answer to an earlier request with this key (of the last 24 h), or null if this is the first, which then holds
 * the key until its transaction ends. @throws AppError `unprocessable` if the earlier one asked for something else.
 */
export async function answeredBefore(
  transaction: PostgresRunner,
  actor: string,
  request: RepeatableRequest,
  now: Date,
): Promise<string | null> {
  await transaction.query(forgetSql, [new Date(now.getTime() - KEPT_MS)]);
  const claimed = await transaction.query(claimSql, [actor, request.key, request.hash, now]);
  if (claimed.length > 0) return null;
  const [earlier] = await transaction.query<{ request: string; response: string | null }>(readSql, [
    actor,
    request.key,
  ]);
  if (earlier === undefined || earlier.response === null)
    throw new AppError('conflict', 'Another request with this Idempotency-Key is under way; send it again.');
  if (earlier.request !== request.hash)
    throw new AppError(
      'unprocessable',
      'This Idempotency-Key was used for another request in the last 24 hours; choose a new one.',
    );
  return earlier.response;
}

/** Keeps the answer in the transaction that made it true. */
export async function keepAnswer(
  transaction: PostgresRunner,
  actor: string,
  request: RepeatableRequest,
  answer: string,
): Promise<void> {
  await transaction.query(keepSql, [actor, request.key, answer]);
}
