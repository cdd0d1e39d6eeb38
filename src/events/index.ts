export { elementSpans, type Span } from './element-spans.ts';
export {
  CONVERSION_COLUMNS,
  encodeRows,
  IMPRESSION_COLUMNS,
  STAMP_COLUMNS,
} from './encode-rows.ts';
export {
  decodeEnvelope,
  ENVELOPE_HEADER,
  type EnvelopeRows,
  encodeEnvelope,
  unitOfRow,
} from './envelope.ts';
export type { Event } from './event.ts';
export { ConversionInput, EventInput, ImpressionInput } from './event-schema.ts';
export { parseInstant } from './instant.ts';
export { EVENT_LIMITS } from './limits.ts';
export { normaliseReason, parseEvent } from './parse-event.ts';
export { parseJson } from './parse-json.ts';
export { REJECTION_CODES, type Rejection, type RejectionCode, rejection } from './rejection.ts';
