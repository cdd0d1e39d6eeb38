import { createHash } from 'node:crypto';
import type { IncomingMessage } from '../stream/index.ts';

/** How much of a partition goes into one range. */
export interface RangeLimits {
  readonly messages: number;
  /** Of the messages' values. An insert holds about three times as much for a moment. */
  readonly bytes: number;
}

export const RANGE_LIMITS: RangeLimits = { messages: 100_000, bytes: 24 * 1024 * 1024 };

/** The longest beginning of the messages that fits into one range: at least one message. */
export function cutRange(
  messages: readonly IncomingMessage[],
  limits: RangeLimits,
): readonly IncomingMessage[] {
  let bytes = 0;
  let n = 0;
  for (const { value } of messages) {
    bytes += value?.length ?? 0;
    if (n > 0 && (bytes > limits.bytes || n >= limits.messages)) break;
    n += 1;
  }
  return n === messages.length ? messages : messages.slice(0, n);
}

/** Tells whether a range that was read again is what it was: offsets, headers and values of all its messages. */
export function checksumOf(messages: readonly IncomingMessage[]): string {
  const hash = createHash('sha256');
  for (const { offset, value, headers } of messages) {
    hash.update(`${offset}:${value?.length ?? -1}:${JSON.stringify(headers)};`);
    if (value !== null) hash.update(value);
  }
  return hash.digest('hex').slice(0, 32);
}
