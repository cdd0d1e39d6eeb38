import { type RejectionCode, STAMP_COLUMNS } from '../events/index.ts';

/** The columns of dead_letters in the order of {@link encodeDeadLetter}. */
export const DEAD_LETTER_COLUMNS = [
  ...['code', 'detail', 'raw_base64', 'raw_bytes', 'sender', 'position'],
  ...STAMP_COLUMNS,
] as const;

/** Of a longer event only so many bytes are kept. */
export const DEAD_LETTER_BYTES = 4096;

/** Why: what was wrong with the event, or that a table cannot take a row of it. */
export type DeadLetterCode = RejectionCode | 'unreadable-row';

export interface DeadLetter {
  readonly code: DeadLetterCode;
  readonly detail: string;
  /** The event as it came; it need not be text. */
  readonly raw: Buffer;
  /** Whose token brought it. */
  readonly sender: string;
  /** Its place in the request's body, from 0. */
  readonly index: number;
}

/** The row of an event that was not taken, still open for its stamp. */
export function encodeDeadLetter({ code, detail, raw, sender, index }: DeadLetter): string {
  const kept = raw.subarray(0, DEAD_LETTER_BYTES).toString('base64');
  return `["${code}",${JSON.stringify(detail)},"${kept}",${raw.length},${JSON.stringify(sender)},${index}`;
}
