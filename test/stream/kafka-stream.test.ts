import { afterAll, describe } from 'vitest';
import { streamContract } from '../contract/stream.contract.ts';
import { adminOf, openTestStream, startKafka } from './start-kafka.ts';

const kafka = await startKafka({ tls: true });

describe.skipIf(kafka === null)('kafkajs', () => {
  afterAll(() => kafka?.stop());

  streamContract('kafkajs', {
    brokers: kafka?.brokers ?? '',
    broker: kafka?.broker ?? null,
    open: openTestStream,
    deleteTopic: (name) => adminOf(kafka?.brokers ?? '', (admin) => admin.deleteTopics({ topics: [name] })),
  });
});
