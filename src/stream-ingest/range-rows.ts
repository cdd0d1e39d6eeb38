import { isUtf8 } from 'node:buffer';
import {
  decodeEnvelope,
  ENVELOPE_HEADER,
  elementSpans,
  encodeRows,
  parseEvent,
  parseJson,
  type Rejection,
  rejection,
} from '../events/index.ts';
import { encodeDeadLetter } from '../ingest/index.ts';
import type { IncomingMessage } from '../stream/index.ts';
import { mapFields, type SourceTopic } from './source-topic.ts';

/** The lines of one table, complete, each ended by a newline. */
export interface TableLines {
  readonly rows: number;
  readonly lines: Buffer;
}

/** What a range of messages leaves in the tables: the same for the same messages and stamp, whenever it is made. */
export interface RangeRows {
  readonly impressions: TableLines;
  readonly conversions: TableLines;
  readonly deadLetters: TableLines;
  /** What was not taken here (collectors have told of theirs already), for the dead-letter topic. */
  readonly rejected: readonly RejectedMessage[];
}

/** An event that was not taken: a message, or one element of it. */
export interface RejectedMessage {
  readonly code: string;
  readonly detail: string;
  readonly raw: Buffer;
  readonly offset: number;
  /** Its place in the message, from 0. */
  readonly index: number;
}

/** What all rows of a range have in common. */
export interface RangeStamp {
  readonly topic: SourceTopic;
  readonly source: string;
  readonly partition: number;
  readonly receivedAt: number;
}

const TABLES = ['impressions', 'conversions', 'deadLetters'] as const;
type Kind = (typeof TABLES)[number];

/** Collects a table's lines as buffers, to be joined once. */
class Lines {
  readonly #parts: Buffer[] = [];
  rows = 0;

  add(rows: number, lines: Buffer): void {
    if (rows === 0) return;
    this.rows += rows;
    this.#parts.push(lines);
  }

  done(): TableLines {
    return { rows: this.rows, lines: Buffer.concat(this.#parts) };
  }
}

/** The rows of a range's messages: of envelopes without parsing them, of others event by event. */
export function rowsOfRange(messages: readonly IncomingMessage[], stamp: RangeStamp): RangeRows {
  const tables = { impressions: new Lines(), conversions: new Lines(), deadLetters: new Lines() };
  const rejected: RejectedMessage[] = [];
  for (const message of messages) {
    // A tombstone says nothing of anybody.
    if (message.value === null) continue;
    const end = `,${stamp.receivedAt},${JSON.stringify(stamp.source)},${stamp.partition},${message.offset}]\n`;
    const put = (kind: Kind, rows: readonly string[]) =>
      tables[kind].add(rows.length, Buffer.from(rows.map((row) => row + end).join(''), 'utf8'));
    const refuse = (index: number, { code, detail }: Pick<Rejection, 'code' | 'detail'>, raw: Buffer) => {
      put('deadLetters', [
        encodeDeadLetter({ code, detail, raw, sender: `kafka:${stamp.topic.name}`, index }),
      ]);
      rejected.push({ code, detail, raw, offset: message.offset, index });
    };
    if (message.headers[ENVELOPE_HEADER] !== undefined) {
      const envelope = decodeEnvelope(message.headers, message.value);
      if (envelope === null) refuse(0, BROKEN_ENVELOPE, message.value);
      else
        for (const kind of TABLES) tables[kind].add(envelope[kind].rows, stamped(envelope[kind].lines, end));
      continue;
    }
    readEvents(message.value, stamp, put, refuse);
  }
  return {
    impressions: tables.impressions.done(),
    conversions: tables.conversions.done(),
    deadLetters: tables.deadLetters.done(),
    rejected,
  };
}

const BROKEN_ENVELOPE = rejection(
  'not-an-object',
  'the message claims to be an envelope of a collector and its parts do not fit together',
);

/** Every line gets its end. Latin-1 there and back keeps all bytes as they are, and is the fastest way. */
function stamped(lines: Buffer, end: string): Buffer {
  return Buffer.from(lines.toString('latin1').replaceAll('\n', end), 'latin1');
}

/** One JSON event, an array of them, or one a line. */
function readEvents(
  value: Buffer,
  { topic, receivedAt }: RangeStamp,
  put: (kind: Kind, rows: readonly string[]) => void,
  refuse: (index: number, why: Rejection, raw: Buffer) => void,
): void {
  if (!isUtf8(value)) {
    refuse(0, rejection('not-utf8', 'the message is not UTF-8'), value);
    return;
  }
  const elements = elementsOf(value);
  elements.forEach(({ event, raw }, index) => {
    if (event === NOT_JSON) {
      refuse(index, rejection('not-json', 'it is not JSON'), raw());
      return;
    }
    // The receipt time and no other clock: a repeat must judge as the first time did.
    const verdict = parseEvent(mapFields(event, topic), receivedAt);
    if (verdict.type === 'rejection') {
      refuse(index, verdict, raw());
      return;
    }
    put(
      verdict.type === 'impression' ? 'impressions' : 'conversions',
      encodeRows(verdict).map(({ identity, content, sent }) => identity + content + sent),
    );
  });
}

const NOT_JSON = Symbol('not JSON');

interface Element {
  readonly event: unknown;
  /** Its bytes as they came. */
  readonly raw: () => Buffer;
}

function elementsOf(value: Buffer): Element[] {
  const event = parse(value.toString('utf8'));
  if (Array.isArray(event)) {
    let spans: ReturnType<typeof elementSpans> | undefined;
    return event.map((element: unknown, i) => ({
      event: element,
      raw: () => {
        spans ??= elementSpans(value);
        return value.subarray(spans[i]?.from, spans[i]?.to);
      },
    }));
  }
  if (event !== NOT_JSON) return [{ event, raw: () => value }];
  const lines = value.toString('utf8').split('\n');
  const full = lines.filter((line) => line.trim() !== '');
  if (full.length < 2) return [{ event, raw: () => value }];
  return full.map((line) => ({ event: parse(line), raw: () => Buffer.from(line) }));
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return NOT_JSON;
  }
}
