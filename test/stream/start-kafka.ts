import { type Admin, Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { type KafkaOptions, openKafka, type Stream } from '../../src/stream/index.ts';
import type { StreamSettings } from '../contract/stream.contract.ts';
import { type Broker, missingForBroker, startBroker } from '../support/kafka/index.ts';
import { requireOrSkip } from '../support/requirement.ts';

export interface KafkaForTests {
  readonly brokers: string;
  /** Null where KAFKA_BROKERS names another, which is not ours to kill. */
  readonly broker: Broker | null;
  stop(): Promise<void>;
}

/** The broker of KAFKA_BROKERS, else one of our own; null, and the reason told, where none can be had. */
export async function startKafka(options: { readonly tls?: boolean } = {}): Promise<KafkaForTests | null> {
  const named = process.env['KAFKA_BROKERS'];
  if (named !== undefined && named !== '') {
    requireOrSkip('kafka', 'KAFKA_BROKERS names a broker that tests neither kill nor log in to');
    return { brokers: named, broker: null, stop: async () => undefined };
  }
  const missing = await missingForBroker();
  if (missing !== null) {
    requireOrSkip('kafka', missing);
    return null;
  }
  const broker = await startBroker(options);
  return { brokers: broker.brokers, broker, stop: () => broker.stop() };
}

export function openTestStream(
  brokers: string,
  { log, sasl, tls, ...settings }: StreamSettings & Pick<KafkaOptions, 'maxInFlightBytes'> = {},
): Promise<Stream> {
  return openKafka({
    brokers: brokers.split(','),
    clientId: 'test',
    sasl: sasl ?? null,
    tls: tls ?? null,
    logger: log === undefined ? pino({ level: 'silent' }) : pino({ level: 'trace' }, { write: log }),
    ...settings,
  });
}

/** For what the port does not do. */
export async function adminOf(brokers: string, work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
