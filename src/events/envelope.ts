/** Encoded rows by table, still open at their end for the stamp. */
export interface EnvelopeRows {
  readonly impressions: readonly string[];
  readonly conversions: readonly string[];
  readonly deadLetters: readonly string[];
}

/** One table's part of an envelope: lines, each ended by a newline. */
export interface EnvelopeSection {
  readonly rows: number;
  readonly lines: Buffer;
}

export interface Envelope {
  readonly impressions: EnvelopeSection;
  readonly conversions: EnvelopeSection;
  readonly deadLetters: EnvelopeSection;
}

/** Marks a message as an envelope; its value is the version of the rows' columns. */
export const ENVELOPE_HEADER = 'assay-rows';
const VERSION = '1';
const SECTIONS = ['impressions', 'conversions', 'deadLetters'] as const;

/**
 * Rows as one message: the lines of the three tables one after the other, so that they can go into the tables without
 * being parsed again. A header a table says how many lines and bytes are its own.
 */
export function encodeEnvelope(rows: EnvelopeRows): { value: Buffer; headers: Record<string, string> } {
  const headers: Record<string, string> = { [ENVELOPE_HEADER]: VERSION };
  const sections = SECTIONS.map((name) => {
    const lines =
      rows[name].length === 0 ? Buffer.alloc(0) : Buffer.from(`${rows[name].join('\n')}\n`, 'utf8');
    headers[name] = `${rows[name].length}:${lines.length}`;
    return lines;
  });
  return { value: Buffer.concat(sections), headers };
}

/** The rows of an envelope, without copies; null where headers and value do not fit together. */
export function decodeEnvelope(headers: Readonly<Record<string, string>>, value: Buffer): Envelope | null {
  if (headers[ENVELOPE_HEADER] !== VERSION) return null;
  let from = 0;
  const sections: EnvelopeSection[] = [];
  for (const name of SECTIONS) {
    const [, rows, bytes] = /^(\d+):(\d+)$/.exec(headers[name] ?? '') ?? [];
    if (rows === undefined || bytes === undefined) return null;
    const lines = value.subarray(from, from + Number(bytes));
    if (lines.length !== Number(bytes) || (lines.length > 0 && lines.at(-1) !== NEWLINE)) return null;
    sections.push({ rows: Number(rows), lines });
    from += lines.length;
  }
  const [impressions, conversions, deadLetters] = sections;
  if (from !== value.length || !impressions || !conversions || !deadLetters) return null;
  return { impressions, conversions, deadLetters };
}

const NEWLINE = 0x0a;

/** The unit of an encoded row as it stands there, type and id: `"user","u1"`. Rows of one unit have the same. */
export function unitOfRow(row: string): string {
  // ["environment","flag or name","unit type","unit id",…
  const start = afterString(row, afterString(row, 1) + 1) + 1;
  return row.slice(start, afterString(row, afterString(row, start) + 1));
}

/** The position after the JSON string that begins at `at`. */
function afterString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (character === 0x5c) i += 1;
    else if (character === 0x22) return i + 1;
  }
  return text.length;
}
