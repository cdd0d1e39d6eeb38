export { CollectModule } from './collect.module.ts';
export { COLLECTOR_LIMITS, Collector, type CollectorLimits, type CollectorOptions } from './collector.ts';
export { type EventsRequest, REQUEST_LIMITS } from './events-request.ts';
export { type RejectedEvent, RejectedEventsQuery } from './rejected-event.ts';
export { RejectedEvents } from './rejected-events.ts';
export { Verdicts } from './verdicts.ts';
