import { createRequire } from 'node:module';
import type { Admin, ISocketFactory, Logger, RetryOptions } from 'kafkajs';

/**
 * The parts of kafkajs that it does not export and that this adapter needs: one connection to a cluster (its clients
 * hide theirs) and the classes that repairs.ts mends. The version is pinned, and another is refused here.
 */
const require = createRequire(import.meta.url);
const VERSION = '2.2.4';

/** One request of ours and how its answer is read; kafkajs frames both. */
export interface WireRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    /** What stands after the client id. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    /** Gets what stands after the correlation id. */
    decode(payload: Buffer): Promise<T & { readonly clientSideThrottleTime: number }>;
    parse(decoded: T): Promise<T>;
  };
}

export interface BrokerConnection {
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>;
  readonly connectionPool: { send<T>(request: WireRequest<T>): Promise<T> };
  createTopics(request: Parameters<Admin['createTopics']>[0]): Promise<unknown>;
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
}

export interface ClusterConnection {
  readonly brokerPool: {
    findConnectedBroker(): Promise<BrokerConnection>;
    findBroker(node: { readonly nodeId: number }): Promise<BrokerConnection>;
    refreshMetadata(topics: readonly string[]): Promise<unknown>;
  };
  disconnect(): Promise<void>;
}

interface ClusterOptions {
  readonly logger: Logger;
  readonly socketFactory: ISocketFactory;
  readonly brokers: readonly string[];
  readonly ssl: unknown;
  readonly sasl: unknown;
  readonly clientId: string;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly allowAutoTopicCreation: boolean;
  readonly metadataMaxAge: number;
  readonly retry: RetryOptions;
}

/** Of the queue of one connection's requests; see repairs.ts. */
export interface RequestQueueInternals {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: readonly unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** Of one member of a group; see repairs.ts. */
export interface ConsumerGroupInternals {
  readonly generationId: number | null;
  readonly memberId: string | null;
  fetch(nodeId: string): Promise<object[]>;
  joinAndSync(): Promise<void>;
}

/** Of what takes fetched batches to their handler; see repairs.ts. */
export interface RunnerInternals {
  handleBatch(batch: object): Promise<void>;
}

interface ClassOf<T> {
  readonly prototype: T;
}

const { version } = load<{ readonly version: string }>('kafkajs/package.json');
if (version !== VERSION)
  throw new Error(
    `kafkajs is ${version}; src/stream reaches into ${VERSION} and has to be read again for another.`,
  );

export const Cluster = load<new (options: ClusterOptions) => ClusterConnection>(
  'kafkajs/src/cluster/index.js',
);
export const RequestQueue = load<ClassOf<RequestQueueInternals>>('kafkajs/src/network/requestQueue/index.js');
export const ConsumerGroup = load<ClassOf<ConsumerGroupInternals>>('kafkajs/src/consumer/consumerGroup.js');
export const Runner = load<ClassOf<RunnerInternals>>('kafkajs/src/consumer/runner.js');

function load<T>(path: string): T {
  return require(path) as T;
}
