import type {
  BatchOutcome,
  ConsumeOptions,
  IncomingMessage,
  MessageBatch,
  Stream,
  StreamConsumer,
} from '../../../src/stream/index.ts';

/** Generous, since it only ends what would otherwise hang: a busy machine elects leaders slowly. */
const DEADLINE_MS = 45_000;

export interface Seen extends IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  readonly text: string | null;
}

interface Options {
  readonly topics: readonly string[];
  readonly group: string;
  readonly onBatch?: ConsumeOptions['onBatch'];
  readonly onAssigned?: ConsumeOptions['onAssigned'];
}

/** A consumer that remembers what it was given, and a way to wait for that. */
export class Reader {
  /** In the order in which their batches came. */
  readonly seen: Seen[] = [];
  /** Partitions as `topic/number`, once for each assignment. */
  readonly assignments: string[][] = [];
  readonly ends: (Error | null)[] = [];
  /** Batches that came before any assignment, or of a partition that was not assigned. */
  readonly uncalledFor: string[] = [];
  readonly #handle: ConsumeOptions['onBatch'];
  #consumer: StreamConsumer | undefined;
  #changed = Promise.withResolvers<void>();

  private constructor(handle: ConsumeOptions['onBatch']) {
    this.#handle = handle;
  }

  static async start(stream: Stream, options: Options): Promise<Reader> {
    const reader = new Reader(options.onBatch ?? (async (batch) => past(batch)));
    reader.#consumer = await stream.consume({
      group: options.group,
      topics: options.topics,
      maxBytes: 8_000_000,
      maxBytesPerPartition: 4_000_000,
      onBatch: (batch) => reader.#onBatch(batch),
      onAssigned: (partitions) => {
        reader.assignments.push(partitions.map(({ topic, partition }) => `${topic}/${partition}`).sort());
        reader.#change();
        options.onAssigned?.(partitions);
      },
      onEnded: (error) => {
        reader.ends.push(error);
        reader.#change();
      },
    });
    return reader;
  }

  get texts(): (string | null)[] {
    return this.seen.map(({ text }) => text);
  }

  /** The partitions that it has now. */
  get assigned(): readonly string[] {
    return this.assignments.at(-1) ?? [];
  }

  close(): Promise<void> {
    return this.#consumer?.close() ?? Promise.resolve();
  }

  /** Resolves as soon as the check holds, which is looked at whenever something has come; fails after the deadline. */
  async until(what: string, check: (reader: Reader) => boolean): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`never came: ${what}; ${this.#describe()}`)),
      DEADLINE_MS,
    );
    try {
      while (!check(this)) await Promise.race([this.#changed.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Until it has ended; what it ended with. */
  async ended(): Promise<Error | null> {
    await this.until('the end', ({ ends }) => ends.length > 0);
    return this.ends[0] ?? null;
  }

  async #onBatch(batch: MessageBatch): Promise<BatchOutcome> {
    const { topic, partition } = batch;
    if (!this.assigned.includes(`${topic}/${partition}`)) this.uncalledFor.push(`${topic}/${partition}`);
    for (const read of batch.messages)
      this.seen.push({ ...read, topic, partition, text: read.value?.toString() ?? null });
    this.#change();
    return await this.#handle(batch);
  }

  #change(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }

  #describe(): string {
    const ends = this.ends.map((end) => end?.message ?? 'closed');
    return JSON.stringify({
      seen: this.seen.length,
      last: this.texts.slice(-5),
      assigned: this.assigned,
      ends,
    });
  }
}

/** Everything of a batch is dealt with. */
export function past({ messages }: MessageBatch): BatchOutcome {
  const next = (messages.at(-1)?.offset ?? -1) + 1;
  return { next, done: next, afterMs: 0 };
}
