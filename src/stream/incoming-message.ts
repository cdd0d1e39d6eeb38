import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { IncomingMessage } from './stream.port.ts';

/** A message of kafkajs as the port has it. Its `value` shares memory with the whole answer it came in. */
export function toIncomingMessage({ offset, timestamp, key, value, headers }: KafkaMessage): IncomingMessage {
  return {
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: key === null ? null : key.toString('utf8'),
    value,
    headers: headers === undefined ? {} : toTexts(headers),
  };
}

// The last of several headers of one name counts; one without a value is the empty text.
function toTexts(headers: IHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      String((Array.isArray(value) ? value.at(-1) : value) ?? ''),
    ]),
  );
}
