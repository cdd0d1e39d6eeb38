import type { Topic } from '../stream/index.ts';
import { PartitionHealth } from './partition-health.ts';
import { type PartitionContext, PartitionIngest } from './partition-ingest.ts';
import type { SourceTopic } from './source-topic.ts';

/** What this process does for one partition. */
export interface Reader {
  readonly topic: Topic;
  readonly partition: number;
  readonly ingest: PartitionIngest;
  readonly health: PartitionHealth;
  /** Null until the broker was asked. */
  lagMessages: number | null;
  /** Up to when everything received is in the tables, in milliseconds since the Unix epoch; null until it is known. */
  through: number | null;
}

/** The partitions that the group has given to this process. */
export class Readers {
  readonly #sources: readonly SourceTopic[];
  readonly #context: PartitionContext;
  #topics: ReadonlyMap<string, Topic> = new Map();
  #readers = new Map<string, Reader>();

  constructor(sources: readonly SourceTopic[], context: PartitionContext) {
    this.#sources = sources;
    this.#context = context;
  }

  /** The topics as they are now; what was read of others of these names is forgotten. */
  use(topics: readonly Topic[]): void {
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]));
    this.#readers.clear();
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** From now on these and no others; what is remembered of a partition may be out of date, so it is taken anew. */
  assign(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    this.#readers = new Map(
      partitions.flatMap(({ topic: name, partition }) => {
        const topic = this.#topics.get(name);
        const source = this.#sources.find((known) => known.name === name);
        if (topic === undefined || source === undefined) return [];
        const ingest = new PartitionIngest({ topicId: topic.id, partition }, source, this.#context);
        const reader = {
          topic,
          partition,
          ingest,
          health: new PartitionHealth(),
          lagMessages: null,
          through: null,
        };
        return [[keyOf(name, partition), reader]];
      }),
    );
  }

  clear(): void {
    this.#readers.clear();
  }

  get(topic: string, partition: number): Reader | undefined {
    return this.#readers.get(keyOf(topic, partition));
  }

  all(): Reader[] {
    return [...this.#readers.values()];
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
