/** The closed list of reasons for which an event is not taken; each names the field, or the text, that is at fault. */
export const REJECTION_CODES = [
  'not-utf8',
  'not-json',
  'not-an-object',
  'invalid-id',
  'invalid-type',
  'invalid-ts',
  'ts-in-future',
  'invalid-environment',
  'invalid-unit',
  'invalid-attributes',
  'invalid-sent-at',
  'invalid-flag',
  'invalid-variant',
  'invalid-reason',
  'invalid-flag-version',
  'invalid-name',
  'invalid-value',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** Why an event was not taken: the code is for programs, the detail one sentence for its author. */
export interface Rejection {
  readonly type: 'rejection';
  readonly code: RejectionCode;
  readonly detail: string;
}

/** The rejection of one event, with one sentence that says what is wrong with it. */
export function rejection(code: RejectionCode, detail: string): Rejection {
  return { type: 'rejection', code, detail };
}
