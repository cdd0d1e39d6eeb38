export { readStreamThrough } from './partition-marks.ts';
export type { SourceTopic } from './source-topic.ts';
export { StreamIngest, type StreamIngestOptions } from './stream-ingest.ts';
