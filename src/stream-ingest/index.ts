export { readStreamThrough } from './partition-marks.ts';
export type { RangeLimits } from './range.ts';
export type { SourceTopic } from './source-topic.ts';
export { type OwnedPartition, StreamIngest, type StreamIngestOptions } from './stream-ingest.ts';
