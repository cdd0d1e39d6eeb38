/** Where something begins and ends in a body, in bytes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Where the elements of a JSON array lie in its text. JSON.parse forgets it, and an element that is not taken is kept
 * as it came. The text must be an array that JSON.parse accepts.
 */
export function elementSpans(json: Buffer): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) i = closingQuote(json, i);
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth === 1) from = i + 1;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
      if (depth === 0) spans.push(trimmed(json, from, i));
    } else if (byte === COMMA && depth === 1) {
      spans.push(trimmed(json, from, i));
      from = i + 1;
    }
  }
  return spans;
}

function closingQuote(json: Buffer, opening: number): number {
  let i = opening + 1;
  while (i < json.length && json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}

function trimmed(json: Buffer, from: number, to: number): Span {
  let [start, end] = [from, to];
  while (start < end && isSpace(json[start])) start += 1;
  while (end > start && isSpace(json[end - 1])) end -= 1;
  return { from: start, to: end };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
