import type { OutgoingMessage } from './stream.port.ts';

/** Below what a topic takes in one batch unless it is set up otherwise (1 048 588). */
const MAX_BATCH_BYTES = 1_000_000;
/** kafkajs gathers the messages of a partition in time that grows with the square of their number. */
const MAX_BATCH_MESSAGES = 1000;
/** What a record and its headers' lengths take at most beside their contents. */
const RECORD_BYTES = 40;
const HEADER_BYTES = 10;

/** How large a message is before compression. */
export function bytesOf({ key, value, headers }: OutgoingMessage): number {
  let bytes = RECORD_BYTES + Buffer.byteLength(key ?? '') + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers))
    bytes += HEADER_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/**
 * Splits what is sent so that of each partition no part holds more than one batch of records may, in order; a message
 * that is too large by itself stands alone, for it may become small enough when compressed.
 */
export function splitMessages(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const parts: OutgoingMessage[][] = [];
  const filled = new Map<number, { part: number; bytes: number; count: number }>();
  for (const message of messages) {
    const bytes = bytesOf(message);
    const last = filled.get(message.partition) ?? { part: 0, bytes: 0, count: 0 };
    const full =
      last.count > 0 && (last.bytes + bytes > MAX_BATCH_BYTES || last.count === MAX_BATCH_MESSAGES);
    const next = full
      ? { part: last.part + 1, bytes, count: 1 }
      : { part: last.part, bytes: last.bytes + bytes, count: last.count + 1 };
    filled.set(message.partition, next);
    const part = parts[next.part] ?? [];
    parts[next.part] = part;
    part.push(message);
  }
  return parts;
}
