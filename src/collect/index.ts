export { CollectModule } from './collect.module.ts';
export { Collector } from './collector.ts';
export type { RejectedEvent } from './rejected-event.ts';
export { RejectedEvents } from './rejected-events.ts';
export { StreamWriter } from './stream-writer.ts';
export type { Verdicts } from './verdicts.ts';
