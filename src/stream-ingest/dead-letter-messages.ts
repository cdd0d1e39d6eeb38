import type { OutgoingMessage, Stream } from '../stream/index.ts';
import type { LandedRange } from './partition-ingest.ts';

/**
 * Sends what a range's messages hold that was not taken to the dead-letter topic, as it came, with headers that say why
 * and where it stood. Comes again where the range is repeated: the topic has each at least once, the table exactly once.
 */
export async function sendDeadLetters(
  stream: Stream,
  deadLetterTopic: string,
  { topic, partition, rows, unreadable }: LandedRange,
): Promise<void> {
  const messages: OutgoingMessage[] = [
    ...rows.rejected.map(({ code, detail, raw, offset, index }) =>
      message(raw, {
        code,
        detail,
        topic,
        partition: String(partition),
        offset: String(offset),
        index: String(index),
      }),
    ),
    ...unreadable.map(({ table, line, detail }) =>
      message(line, { code: 'unreadable-row', detail, topic, partition: String(partition), table }),
    ),
  ];
  if (messages.length > 0) await stream.send(deadLetterTopic, messages);
}

function message(value: Buffer, headers: Record<string, string>): OutgoingMessage {
  return { partition: 0, key: null, value, headers };
}
