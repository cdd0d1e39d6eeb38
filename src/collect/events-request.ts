/** What a producer sent, as it came over the wire. */
export interface EventsRequest {
  /** Still compressed. */
  readonly body: Buffer;
  /** The Content-Type and Content-Encoding headers; undefined where absent. */
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Whose token brought it; kept beside what is not taken. */
  readonly sender: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Bounds of one request. */
export const REQUEST_LIMITS = {
  /** Of the body, before decompression and after. */
  bytes: 1_048_576,
  events: 1000,
} as const;
