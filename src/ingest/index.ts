export type { BlockRows } from './block.ts';
export {
  DEAD_LETTER_BYTES,
  DEAD_LETTER_COLUMNS,
  type DeadLetterCode,
  encodeDeadLetter,
} from './dead-letter.ts';
export { Ingest, type IngestOptions } from './ingest.ts';
export { DEAD_AFTER_SECONDS, readDataThrough } from './source-marks.ts';
