export { Courier } from './courier.ts';
export { Dispatcher } from './dispatcher.ts';
export { Outbox } from './outbox.ts';
export { PermittedAddresses } from './permitted-addresses.ts';
export { Sender } from './sender.ts';
export {
  WebhookDefinition,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookPage,
  WebhookView,
  WebhookWithSecret,
} from './webhook.ts';
export { WebhookMetrics } from './webhook-metrics.ts';
export { Webhooks } from './webhooks.ts';
