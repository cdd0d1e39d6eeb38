import { z } from 'zod';
import { AppError } from './errors.ts';
import { readKafkaSources, topicName } from './kafka-sources.ts';
import type { SourceTopic } from './stream-ingest/index.ts';

/** kafkajs takes a host without colons only. */
const isBroker = (text: string): boolean => {
  const port = Number(/^[^\s:/]+:(\d{1,5})$/.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
};

const pem = (what: string) =>
  z
    .string()
    .regex(/-----BEGIN [A-Z ]+-----/, `must be ${what} as PEM text; to read it from a file, set …_FILE`);

/** The keys of the stream; those without a default are not needed. */
export const KAFKA_KEYS = {
  KAFKA_BROKERS: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((broker) => broker.trim()))
      .refine((brokers) => brokers.every(isBroker), {
        message: 'must be host:port, or several with commas between them',
      }),
    default: null,
    about:
      'Kafka (3.7 or later), host:port,host:port; without it events go from the collector straight to the tables',
  },
  KAFKA_TOPIC: {
    schema: topicName,
    default: 'assay.events',
    about: 'what collectors write to and ingesters read; made if it does not exist',
  },
  KAFKA_PARTITIONS: {
    schema: z.coerce
      .number({ error: 'must be a whole number from 1 to 1000' })
      .int('must be a whole number from 1 to 1000')
      .min(1, 'must be from 1 to 1000')
      .max(1000, 'must be from 1 to 1000'),
    default: '4',
    about: 'of the topic, where it is made; an existing one keeps its own',
  },
  KAFKA_SOURCES: {
    schema: z.string().min(1),
    default: null,
    about: 'topics with other producers’ events and how to read them: JSON, see docs/operations.md',
  },
  KAFKA_GROUP: {
    schema: z.string().min(1).max(255),
    default: 'assay',
    about: 'consumer group of the ingesters',
  },
  KAFKA_DEAD_LETTER_TOPIC: {
    schema: topicName,
    default: 'assay.dead-letters',
    about: 'where events of the stream go that are not taken; made if it does not exist',
  },
  KAFKA_DECISIONS_TOPIC: {
    schema: topicName,
    default: 'assay.decisions',
    about:
      'where decisions are published, the latest of each treatment kept; made (compacted) if it does not exist',
  },
  KAFKA_COMPRESSION: {
    schema: z.enum(['none', 'gzip', 'lz4', 'snappy', 'zstd']),
    default: 'lz4',
    about: 'of what is written: none, gzip, lz4, snappy or zstd; everything is read',
  },
  KAFKA_SASL_MECHANISM: {
    schema: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
    default: null,
    about: 'plain, scram-sha-256 or scram-sha-512, with KAFKA_USERNAME and KAFKA_PASSWORD',
  },
  KAFKA_USERNAME: { schema: z.string().min(1), default: null, about: 'for SASL' },
  KAFKA_PASSWORD: { schema: z.string().min(1), default: null, about: 'for SASL', secret: true },
  KAFKA_TLS: { schema: z.enum(['on', 'off']), default: 'off', about: 'on: connections to Kafka use TLS' },
  KAFKA_TLS_CA: {
    schema: pem('a certificate'),
    default: null,
    about: 'the brokers’ certificate authority (PEM), where it is none that the system knows',
    secret: true,
  },
  KAFKA_TLS_CERT: {
    schema: pem('a certificate'),
    default: null,
    about: 'this client’s own certificate (PEM), where the brokers ask for one; with KAFKA_TLS_KEY',
    secret: true,
  },
  KAFKA_TLS_KEY: { schema: pem('a key'), default: null, about: 'its key (PEM)', secret: true },
} as const;

type KafkaKey = keyof typeof KAFKA_KEYS;
/** A key's parsed value, from the environment, a file or its default; null where there is none. */
export type KafkaSetting = <Name extends KafkaKey>(
  name: Name,
) => z.output<(typeof KAFKA_KEYS)[Name]['schema']> | null;

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  /** All topics that ingesters read, ours first. */
  readonly sources: readonly SourceTopic[];
  readonly group: string;
  readonly deadLetterTopic: string;
  readonly decisionsTopic: string;
  readonly compression: 'none' | 'gzip' | 'lz4' | 'snappy' | 'zstd';
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
  readonly tls: {
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
  } | null;
}

/**
 * What is said of Kafka; null where nothing is.
 * @param isGiven whether a key is set, in the environment or by a file.
 * @throws AppError `start-refused` with one sentence.
 */
export function readKafkaConfig(
  setting: KafkaSetting,
  isGiven: (name: KafkaKey) => boolean,
): KafkaConfig | null {
  const brokers = setting('KAFKA_BROKERS');
  if (brokers === null) {
    const [stray] = (Object.keys(KAFKA_KEYS) as KafkaKey[]).filter(isGiven);
    if (stray === undefined) return null;
    throw refused(
      `${stray} is set without KAFKA_BROKERS, so there is no Kafka; set KAFKA_BROKERS, or unset ${stray}.`,
    );
  }
  const topic = required(setting('KAFKA_TOPIC'));
  const deadLetterTopic = required(setting('KAFKA_DEAD_LETTER_TOPIC'));
  const sources = sourcesOf(topic, setting('KAFKA_SOURCES'));
  // What is not taken from it would be written to it, for ever.
  if (sources.some(({ name }) => name === deadLetterTopic))
    throw refused(
      `KAFKA_DEAD_LETTER_TOPIC is ${deadLetterTopic}, which is also read from; give it a topic of its own.`,
    );
  const decisionsTopic = required(setting('KAFKA_DECISIONS_TOPIC'));
  if (decisionsTopic === deadLetterTopic || sources.some(({ name }) => name === decisionsTopic))
    throw refused(
      `KAFKA_DECISIONS_TOPIC is ${decisionsTopic}, which has other messages; give it a topic of its own.`,
    );
  return {
    brokers,
    topic,
    partitions: required(setting('KAFKA_PARTITIONS')),
    sources,
    group: required(setting('KAFKA_GROUP')),
    deadLetterTopic,
    decisionsTopic,
    compression: required(setting('KAFKA_COMPRESSION')),
    sasl: readSasl(setting, isGiven),
    tls: readTls(setting, isGiven),
  };
}

/** Our topic takes other producers' events too; how to read those can be said in its own entry. */
function sourcesOf(topic: string, text: string | null): readonly SourceTopic[] {
  const named = text === null ? [] : readKafkaSources(text);
  const own = named.find(({ name }) => name === topic) ?? { name: topic, type: null, fields: {} };
  return [own, ...named.filter((source) => source !== own)];
}

function readSasl(setting: KafkaSetting, isGiven: (name: KafkaKey) => boolean): KafkaConfig['sasl'] {
  const mechanism = setting('KAFKA_SASL_MECHANISM');
  const [username, password] = [setting('KAFKA_USERNAME'), setting('KAFKA_PASSWORD')];
  if (mechanism === null) {
    const stray = (['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const).find(isGiven);
    if (stray === undefined) return null;
    throw refused(
      `${stray} is set without KAFKA_SASL_MECHANISM; set that to plain, scram-sha-256 or scram-sha-512.`,
    );
  }
  if (username === null || password === null)
    throw refused(
      'KAFKA_SASL_MECHANISM is set without KAFKA_USERNAME and KAFKA_PASSWORD; set both, or unset it.',
    );
  return { mechanism, username, password };
}

function readTls(setting: KafkaSetting, isGiven: (name: KafkaKey) => boolean): KafkaConfig['tls'] {
  const parts = ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'] as const;
  if (setting('KAFKA_TLS') !== 'on') {
    const stray = parts.find(isGiven);
    if (stray === undefined) return null;
    throw refused(`${stray} is set while KAFKA_TLS is off; set KAFKA_TLS=on, or unset ${stray}.`);
  }
  const [cert, key] = [setting('KAFKA_TLS_CERT'), setting('KAFKA_TLS_KEY')];
  if ((cert === null) !== (key === null))
    throw refused('Only one of KAFKA_TLS_CERT and KAFKA_TLS_KEY is set; set both, or neither.');
  return { ca: setting('KAFKA_TLS_CA'), cert, key };
}

function refused(sentence: string): AppError {
  return new AppError('start-refused', sentence);
}

function required<T>(value: T | null): T {
  if (value === null) throw new AppError('internal', 'A configuration key has no default.');
  return value;
}
