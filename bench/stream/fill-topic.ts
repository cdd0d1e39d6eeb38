import { encodeEnvelope, encodeRows, parseEvent } from '../../src/events/index.ts';
import type { OutgoingMessage, Stream } from '../../src/stream/index.ts';
import { Body } from '../collect/bodies.ts';

const ROWS_PER_ENVELOPE = 1000;
const SENDS_AT_ONCE = 4;

/** Events in the form that a collector gives them, in envelopes of 1 000 rows, evenly over the partitions; gives their number. */
export async function fillTopic(
  { stream, topic, partitions }: { stream: Stream; topic: string; partitions: number },
  events: number,
): Promise<number> {
  const body = new Body(ROWS_PER_ENVELOPE, 'f0f0f0f0', new Date());
  const underWay = new Set<Promise<void>>();
  for (let first = 0; first < events; first += ROWS_PER_ENVELOPE) {
    const partition = (first / ROWS_PER_ENVELOPE) % partitions;
    const message: OutgoingMessage = { partition, key: null, ...envelopeOf(body.fill(first)) };
    const work: Promise<void> = stream.send(topic, [message]).finally(() => underWay.delete(work));
    underWay.add(work);
    if (underWay.size >= SENDS_AT_ONCE) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return Math.ceil(events / ROWS_PER_ENVELOPE);
}

function envelopeOf(body: Buffer) {
  const rows = { impressions: [] as string[], conversions: [] as string[], deadLetters: [] };
  for (const raw of JSON.parse(body.toString('utf8')) as unknown[]) {
    const event = parseEvent(raw, Date.now());
    if (event.type === 'rejection') throw new Error(event.detail);
    const table = event.type === 'impression' ? rows.impressions : rows.conversions;
    for (const { identity, content, sent } of encodeRows(event)) table.push(identity + content + sent);
  }
  return encodeEnvelope(rows);
}
