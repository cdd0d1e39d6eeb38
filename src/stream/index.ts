export { type KafkaOptions, openKafka } from './open-kafka.ts';
export type {
  BatchOutcome,
  ConsumeOptions,
  IncomingMessage,
  MessageBatch,
  OutgoingMessage,
  Stream,
  StreamConsumer,
  Topic,
} from './stream.port.ts';
