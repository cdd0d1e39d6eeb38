import { isUtf8 } from 'node:buffer';
import { AppError } from '../errors.ts';
import {
  type Event,
  elementSpans,
  parseEvent,
  parseJson,
  type Rejection,
  rejection,
  type Span,
} from '../events/index.ts';
import { decodeBody } from './decode-body.ts';

import { type EventsRequest, REQUEST_LIMITS } from './events-request.ts';

/** A verdict on every event of a body, in its order. */
export interface JudgedBody {
  readonly verdicts: readonly (Event | Rejection)[];
  /** Of the decompressed body. */
  readonly bytes: number;
  /** The bytes of one event, as they came. */
  readonly bytesOf: (index: number) => Buffer;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a body and judges each event by itself. An array that is no JSON says nothing of where its events begin, so it
 * is refused as a whole; in NDJSON each line stands alone, and a line that cannot be read is one rejection.
 * @throws AppError `bad-request`, `too-large` or `unsupported-media` for the body as a whole.
 */
export function judgeBody(request: EventsRequest): JudgedBody {
  const { format, bytes } = decodeBody(request);
  const text = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
  return format === 'json' ? judgeArray(text, request.now) : judgeLines(text, request.now);
}

function judgeArray(bytes: Buffer, now: number): JudgedBody {
  const values = parseArray(bytes);
  assertNotTooMany(values.length);
  let spans: Span[] | undefined;
  return {
    verdicts: values.map((value) => parseEvent(value, now)),
    bytes: bytes.length,
    bytesOf: (index) => {
      spans ??= elementSpans(bytes);
      return bytes.subarray(spans[index]?.from, spans[index]?.to);
    },
  };
}

function parseArray(bytes: Buffer): unknown[] {
  const refuse = (why: string, cause?: unknown) =>
    new AppError('bad-request', `The body must be a JSON array of events: ${why}. Nothing of it was taken.`, {
      cause,
    });
  if (!isUtf8(bytes)) throw refuse('it is not UTF-8');
  let value: unknown;
  try {
    value = parseJson(bytes.toString('utf8'));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message.slice(0, 200) : 'it cannot be read', cause);
  }
  if (!Array.isArray(value)) throw refuse('it is valid JSON, but no array; wrap a single event in [ ]');
  return value;
}

function judgeLines(bytes: Buffer, now: number): JudgedBody {
  const lines = splitLines(bytes);
  assertNotTooMany(lines.length);
  const allUtf8 = isUtf8(bytes);
  return {
    verdicts: lines.map((line) => judgeLine(line, allUtf8, now)),
    bytes: bytes.length,
    bytesOf: (index) => lines[index] ?? Buffer.alloc(0),
  };
}

function judgeLine(line: Buffer, isKnownUtf8: boolean, now: number): Event | Rejection {
  if (!isKnownUtf8 && !isUtf8(line)) return rejection('not-utf8', 'the line is not UTF-8');
  let value: unknown;
  try {
    value = parseJson(line.toString('utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200).toWellFormed() : 'it cannot be read';
    return rejection('not-json', `the line is not JSON: ${why}`);
  }
  return parseEvent(value, now);
}

/** Lines that are not blank; a blank one is no event and takes no index. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline < 0 ? bytes.length : newline;
    if (!isBlank(bytes, from, to)) lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}

function assertNotTooMany(events: number): void {
  if (events <= REQUEST_LIMITS.events) return;
  throw new AppError(
    'too-large',
    `The body has ${events} events; send at most ${REQUEST_LIMITS.events} a request. Nothing of it was taken.`,
  );
}
