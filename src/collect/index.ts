export { CollectModule } from './collect.module.ts';
export { Collector } from './collector.ts';
export { RejectedEvents } from './rejected-events.ts';
export { StreamWriter } from './stream-writer.ts';
