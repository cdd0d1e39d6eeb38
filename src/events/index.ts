export {
  CONVERSION_COLUMNS,
  encodeRows,
  IMPRESSION_COLUMNS,
  STAMP_COLUMNS,
} from './encode-rows.ts';
export type { Event } from './event.ts';
export { ConversionInput, EventInput, ImpressionInput } from './event-schema.ts';
export { parseInstant } from './instant.ts';
export { EVENT_LIMITS } from './limits.ts';
export { normaliseReason, parseEvent } from './parse-event.ts';
export { REJECTION_CODES, type Rejection, type RejectionCode, rejection } from './rejection.ts';
