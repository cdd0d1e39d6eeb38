/** A topic as the broker knows it now. */
export interface Topic {
  readonly name: string;
  /** Given by the broker when the topic was made: one that is deleted and made again has another. */
  readonly id: string;
  readonly partitions: number;
}

/** A message to be sent. */
export interface OutgoingMessage {
  readonly partition: number;
  readonly key: string | null;
  /** Null: a tombstone, for a compacted topic. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as it was read; `value` is null for a tombstone and else shares memory with the whole fetch: copy what is kept. */
export interface IncomingMessage {
  readonly offset: number;
  /** Milliseconds since the Unix epoch, as the topic is set up: the producer's or the broker's clock. */
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Messages of one partition, in ascending offsets (with gaps where some were compacted or aborted). */
export interface MessageBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /** The offset that the partition's next message will get. */
  readonly end: number;
  /** Tells the group that this consumer lives; call it at least every few seconds of work. */
  heartbeat(): Promise<void>;
  /** Whether the partition may by now belong to another consumer. */
  isStale(): boolean;
}

/** What is done with a batch. */
export interface BatchOutcome {
  /** From where this consumer reads on; also backwards, or past messages that are not wanted. */
  readonly next: number;
  /** Everything before it is dealt with: where a new consumer of the group starts. Null: as before. */
  readonly done: number | null;
  /** Not before so many milliseconds have passed: lets small batches grow, or a full buffer drain. */
  readonly afterMs: number;
}

export interface ConsumeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Bytes of a fetch and of one partition's part of it, before decompression. */
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** Handles one batch; never two of one partition at once. One that fails ends the consumer. */
  readonly onBatch: (batch: MessageBatch) => Promise<BatchOutcome>;
  /** Told at each (re)assignment, before the first batch of it: the partitions of this consumer from now on. */
  readonly onAssigned: (
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ) => void;
  /** Told once when the consumer has ended and will not come back by itself; null after `close`. */
  readonly onEnded: (error: Error | null) => void;
}

/** One member of a consumer group. */
export interface StreamConsumer {
  /** Ends after the batches under way, leaves the group. Idempotent. */
  close(): Promise<void>;
}

/** First and next offset of a partition. */
export interface PartitionEnds {
  readonly partition: number;
  readonly first: number;
  readonly end: number;
}

/**
 * What the service asks of a stream of messages (Kafka). Failures are AppErrors: `unavailable` while the broker cannot
 * be reached or has no leader, else `store-failed`.
 */
export interface Stream {
  /** Those of the topics that exist. */
  topics(names: readonly string[]): Promise<Topic[]>;
  /** Makes a topic unless it exists; resolves once it can be used. */
  createTopic(topic: { name: string; partitions: number; compacted: boolean }): Promise<void>;
  /**
   * Durable with all in-sync replicas when it resolves, after an outage perhaps twice; where it rejects, some messages
   * may be there all the same.
   */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Joins a group; batches come until the consumer is closed or ends. Reading starts at the group's last `done`, else at the first message. */
  consume(options: ConsumeOptions): Promise<StreamConsumer>;
  ends(topic: string): Promise<PartitionEnds[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
