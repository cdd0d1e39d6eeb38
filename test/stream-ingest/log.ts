import { encodeEnvelope, encodeRows, parseEvent } from '../../src/events/index.ts';
import type { IncomingMessage, MessageBatch } from '../../src/stream/index.ts';
import { conversion, impression, NOW } from '../events/samples.ts';

/** When messages come: dead letters older than 30 days would not even be stored. */
export const RECEIVED = Date.UTC(2100, 0, 4);

/** A partition's messages as a broker keeps them. */
export class PartitionLog {
  readonly messages: IncomingMessage[] = [];

  append(value: Buffer | string | null, headers: Record<string, string> = {}): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const offset = (this.messages.at(-1)?.offset ?? -1) + 1;
    this.messages.push({ offset, timestamp: RECEIVED + offset, key: null, value: bytes, headers });
  }

  /** Leaves an offset out, as a transaction's mark does. */
  skip(): void {
    const last = this.messages.at(-1);
    if (last !== undefined) this.messages.push({ ...last, offset: last.offset + 1, value: null });
  }

  /** At most so many messages from an offset on. */
  read(from: number, atMost = Number.POSITIVE_INFINITY, isStale = () => false): MessageBatch {
    const messages = this.messages.filter(({ offset }) => offset >= from).slice(0, atMost);
    return {
      topic: 'events',
      partition: 0,
      messages,
      end: (this.messages.at(-1)?.offset ?? -1) + 1,
      heartbeat: () => Promise.resolve(),
      isStale,
    };
  }
}

export function encoded(raw: unknown): string[] {
  const event = parseEvent(raw, NOW);
  if (event.type === 'rejection') throw new Error(event.detail);
  return encodeRows(event).map(({ identity, content, sent }) => identity + content + sent);
}

/** An envelope with an impression and a conversion of some units. */
export function envelopeOf(...ids: readonly string[]): [Buffer, Record<string, string>] {
  const { value, headers } = encodeEnvelope({
    impressions: ids.flatMap((id) => encoded(impression({ id }))),
    conversions: ids.flatMap((id) => encoded(conversion({ id }))),
    deadLetters: [],
  });
  return [value, headers];
}
