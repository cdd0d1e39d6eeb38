export { observeDecisions } from './decision-metrics.ts';
export { NotifyModule } from './notify.module.ts';
export { DecisionStreams } from './sse/index.ts';
export { DecisionPublisher, PublishLoop } from './topic/index.ts';
export {
  Courier,
  Dispatcher,
  Outbox,
  PermittedAddresses,
  Sender,
  WebhookMetrics,
  Webhooks,
} from './webhooks/index.ts';
