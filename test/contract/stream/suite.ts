import { AppError } from '../../../src/errors.ts';
import type { Stream } from '../../../src/stream/index.ts';
import type { Broker } from '../../support/kafka/index.ts';

/** How a case wants its stream; what it leaves out is as the adapter has it. */
export interface StreamSettings {
  readonly compression?: Compression;
  readonly sasl?: { readonly mechanism: Mechanism; readonly username: string; readonly password: string };
  readonly tls?: { readonly ca: string | null };
  readonly sendTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  /** Gets every line that the adapter logs. */
  readonly log?: (line: string) => void;
}

export type Compression = (typeof COMPRESSIONS)[number];
export type Mechanism = (typeof MECHANISMS)[number];
export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** What an adapter's test brings. */
export interface StreamHarness {
  /** `host:port` of a broker without TLS and login. */
  readonly brokers: string;
  /** The broker when it is ours, to be killed and stopped; null where the tests were pointed at another. */
  readonly broker: Broker | null;
  open(brokers: string, settings: StreamSettings): Promise<Stream>;
  /** Which the port cannot. */
  deleteTopic(name: string): Promise<void>;
}

export type Message = Parameters<Stream['send']>[1][number];

/** The adapter under test, and what its cases say again and again. */
export class Suite {
  readonly #harness: StreamHarness;
  readonly #opened: Stream[] = [];
  readonly #run = process.hrtime.bigint().toString(36);
  #names = 0;
  #stream: Stream | undefined;

  constructor(harness: StreamHarness) {
    this.#harness = harness;
  }

  get broker(): Broker | null {
    return this.#harness.broker;
  }

  get stream(): Stream {
    if (this.#stream === undefined) throw new Error('the suite has not been opened');
    return this.#stream;
  }

  async start(): Promise<void> {
    this.#stream = await this.open();
  }

  async end(): Promise<void> {
    await Promise.all(this.#opened.map((stream) => stream.close()));
  }

  /** Closed at the end, where the case has not done so. */
  async open(settings: StreamSettings = {}, brokers = this.#harness.brokers): Promise<Stream> {
    const stream = await this.#harness.open(brokers, settings);
    this.#opened.push(stream);
    return stream;
  }

  /** A name that nobody had before, on whatever broker. */
  name(): string {
    this.#names += 1;
    return `contract-${this.#run}-${this.#names}`;
  }

  async topic(partitions = 1, compacted = false): Promise<string> {
    const name = this.name();
    await this.stream.createTopic({ name, partitions, compacted });
    return name;
  }

  deleteTopic(name: string): Promise<void> {
    return this.#harness.deleteTopic(name);
  }

  /** Sends messages of these texts to one partition. */
  send(topic: string, partition: number, ...texts: readonly string[]): Promise<void> {
    return this.stream.send(
      topic,
      texts.map((text) => message(text, partition)),
    );
  }
}

export function message(text: string, partition = 0): Message {
  return { partition, key: null, value: Buffer.from(text), headers: {} };
}

/** The AppError that the work ends with; anything else is thrown on. */
export async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => new Error('it was expected to fail'),
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw outcome;
}

/** The words of an error and of what caused it, for a failure that has to be told apart from others. */
export function wordsOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message} ← ${wordsOf(error.cause)}` : error.message;
}
