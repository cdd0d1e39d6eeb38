import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './codecs.ts';
import type { KafkaLog } from './kafka-log.ts';
import { KafkaSockets } from './kafka-sockets.ts';
import { Cluster, type ClusterConnection, ConsumerGroup, RequestQueue, Runner } from './kafkajs-internals.ts';
import { repairGenerations, repairJoin, repairRequestQueue } from './repairs.ts';

/** Where the brokers are and how to speak to them. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** Names this process in the broker's logs and quotas. */
  readonly clientId: string;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
  /** Null: no TLS. PEM; without `ca` the system's authorities count; `cert` and `key` for a client's own certificate. */
  readonly tls: {
    readonly ca?: string | null;
    readonly cert?: string | null;
    readonly key?: string | null;
    readonly servername?: string | null;
  } | null;
  readonly log: KafkaLog;
}

/** kafkajs with connections of its own. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /** A connection for requests about the cluster. */
  readonly cluster: ClusterConnection;
  readonly sockets: KafkaSockets;
}

export interface ClientTiming {
  /** Longest wait for one answer, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How often kafkajs itself tries again, with pauses of 100 ms that double up to a second. */
  readonly retries: number;
}

const CONNECT_TIMEOUT_MS = 3000;

registerCodecs();
repairRequestQueue(RequestQueue.prototype);
repairJoin(ConsumerGroup.prototype);
repairGenerations(ConsumerGroup.prototype, Runner.prototype);

/**
 * Makes a client; nothing is connected yet. Each user has one of its own: clients of one `Kafka` share the offsets of a
 * group, and what hangs is cut off with all of its client's connections.
 */
export function createKafkaClient(connection: KafkaConnection, timing: ClientTiming): KafkaClient {
  const sockets = new KafkaSockets();
  const common = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: timing.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { retries: timing.retries, initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: sockets.factory,
  };
  const { sasl } = connection;
  const login: { sasl?: SASLOptions } = sasl === null ? {} : { sasl: { ...sasl } };
  const ssl = connection.tls === null ? {} : { ssl: withoutNulls(connection.tls) };
  const config: KafkaConfig = {
    ...common,
    ...login,
    ...ssl,
    logLevel: logLevel.INFO,
    logCreator: connection.log.creator(() => sockets.isCut),
  };
  const kafka = new Kafka(config);
  const cluster = new Cluster({
    ...common,
    ssl: ssl.ssl,
    sasl: login.sasl,
    logger: kafka.logger(),
    allowAutoTopicCreation: false,
    metadataMaxAge: 0,
  });
  return { kafka, cluster, sockets };
}

function withoutNulls(options: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  );
}
