import { AppError } from '../errors.ts';
import type { ClickHouse } from '../stores/clickhouse/index.ts';
import type { BatchOutcome, IncomingMessage, MessageBatch } from '../stream/index.ts';
import type { PartitionKey, PartitionMark, PartitionMarks } from './partition-marks.ts';
import { checksumOf, cutRange, type RangeLimits } from './range.ts';
import { type RangeRows, rowsOfRange } from './range-rows.ts';
import type { SourceTopic } from './source-topic.ts';
import { writeRange } from './write-range.ts';

/** What a partition's ingest is told to use; the same for all partitions. */
export interface PartitionContext {
  readonly clickhouse: ClickHouse;
  readonly marks: PartitionMarks;
  readonly limits: RangeLimits;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A batch that ends at the partition's end is followed by a pause, so that small inserts grow. */
  readonly lingerMs: () => number;
  /** Whether the topic that is read is still the one with this id. */
  readonly isCurrent: (topicId: string) => Promise<boolean>;
  /** Told of each range once it is in the tables, before it is marked as finished: dead letters go to their topic. */
  readonly landed: (range: LandedRange) => Promise<void>;
  /** Told of offsets at which there was nothing to read: transactions' marks, or messages that were deleted unread. */
  readonly gap: (key: PartitionKey, from: number, to: number) => Promise<void>;
}

export interface LandedRange {
  readonly topic: string;
  readonly partition: number;
  readonly messages: number;
  readonly rows: RangeRows;
  readonly unreadable: readonly { readonly table: string; readonly line: Buffer; readonly detail: string }[];
}

/** The topic that was read is gone, whatever has its name now. */
export class TopicReplaced extends AppError {
  constructor(topic: string) {
    super('conflict', `The topic ${topic} was deleted, or deleted and made again; it is looked up anew.`);
  }
}

/** Reads one partition into the raw tables, range by range; one batch at a time. */
export class PartitionIngest {
  readonly #context: PartitionContext;
  readonly #key: PartitionKey;
  readonly #topic: SourceTopic;
  #mark: PartitionMark | null = null;
  /** Messages of a frozen range that reaches beyond the batch they came in. */
  #pending: IncomingMessage[] = [];
  /** From where this consumer reads; a gap in what comes from there is the broker's. */
  #position: number | null = null;
  /** Whether the frozen range was frozen by somebody else, or an insert of it has failed: rows may be there. */
  #inDoubt = true;

  constructor(key: PartitionKey, topic: SourceTopic, context: PartitionContext) {
    this.#key = key;
    this.#topic = topic;
    this.#context = context;
  }

  /** The offset before which everything is in the tables; null while it is not known. */
  get next(): number | null {
    return this.#mark?.next ?? null;
  }

  /** Takes the partition, unless that was done: one in which there is nothing to read never comes to `handle`. */
  async begin(): Promise<void> {
    if (this.#mark !== null) return;
    const mark = await this.#context.marks.take(this.#key);
    // A batch may have come meanwhile, and what it has done is newer.
    if (mark === null || this.#mark !== null) return;
    this.#mark = mark;
    this.#inDoubt = true;
  }

  /** Deals with a batch. @throws AppError where it could not; the same messages may come again. */
  async handle(batch: MessageBatch): Promise<BatchOutcome> {
    try {
      return await this.#handle(batch);
    } catch (error) {
      // Somebody else may have the partition by now: nothing that is remembered holds.
      this.#mark = null;
      this.#pending = [];
      this.#position = null;
      throw error;
    }
  }

  async #handle(batch: MessageBatch): Promise<BatchOutcome> {
    let mark = this.#mark ?? (await this.#take());
    const expected = this.#pending.at(-1)?.offset ?? mark.next - 1;
    let fresh = batch.messages.filter(({ offset }) => offset > expected);
    const [first] = batch.messages;
    if (first !== undefined && first.offset > expected + 1) {
      if (this.#position !== expected + 1) return this.#readOn(expected + 1, null, 0);
      await this.#context.gap(this.#key, expected + 1, first.offset);
    }
    await this.#refuseOtherTopic();
    while (fresh.length > 0 && !batch.isStale()) {
      const range = await this.#nextRange(mark, fresh);
      if (range === null) break;
      await batch.heartbeat();
      await this.#land(mark, range);
      const next = (range.at(-1)?.offset ?? mark.next) + 1;
      mark = { next, frozen: null };
      this.#mark = mark;
      this.#pending = [];
      fresh = fresh.filter(({ offset }) => offset >= next);
      await batch.heartbeat();
    }
    const read =
      this.#pending.at(-1)?.offset ?? (fresh.length > 0 ? null : (batch.messages.at(-1)?.offset ?? null));
    const next = Math.max(mark.next, (read ?? mark.next - 1) + 1);
    const caughtUp = next >= batch.end;
    return this.#readOn(next, mark.next, caughtUp ? this.#context.lingerMs() : 0);
  }

  async #take(): Promise<PartitionMark> {
    const mark = await this.#context.marks.take(this.#key);
    if (mark === null) throw new TopicReplaced(this.#topic.name);
    this.#mark = mark;
    this.#inDoubt = true;
    return mark;
  }

  #readOn(next: number, done: number | null, afterMs: number): BatchOutcome {
    this.#position = next;
    return { next, done, afterMs };
  }

  /** After the messages were read and before anything is written: ids never come back, so they are this topic's. */
  async #refuseOtherTopic(): Promise<void> {
    if (!(await this.#context.isCurrent(this.#key.topicId))) throw new TopicReplaced(this.#topic.name);
  }

  /** The messages of the next range, frozen; null where the frozen one reaches beyond what has been read. */
  async #nextRange(
    mark: PartitionMark,
    fresh: readonly IncomingMessage[],
  ): Promise<readonly IncomingMessage[] | null> {
    if (mark.frozen === null) {
      const messages = cutRange(fresh, this.#context.limits);
      const last = messages.at(-1);
      if (last === undefined) return null;
      const frozen = await this.#context.marks.freeze(this.#key, mark.next, {
        last: last.offset,
        checksum: checksumOf(messages),
        receivedAt: this.#receiptTime(messages),
      });
      if (frozen === null)
        throw new AppError(
          'conflict',
          'Another ingester has gone on with the partition; it is read again from its mark.',
        );
      this.#mark = { next: mark.next, frozen };
      this.#inDoubt = false;
      return messages;
    }
    const { last } = mark.frozen;
    this.#pending.push(...fresh.filter(({ offset }) => offset <= last));
    const end = fresh.at(-1)?.offset ?? -1;
    if (end < last) return null;
    return this.#pending;
  }

  /** The youngest message's own time where that is in the past, else now. */
  #receiptTime(messages: readonly IncomingMessage[]): number {
    const youngest = messages.reduce((latest, { timestamp }) => Math.max(latest, timestamp), 0);
    return Math.min(youngest, this.#context.now());
  }

  async #land({ next }: PartitionMark, messages: readonly IncomingMessage[]): Promise<void> {
    const frozen = this.#mark?.frozen;
    if (frozen === undefined || frozen === null)
      throw new AppError('internal', 'A range is written that is not frozen.');
    const { topicId, partition } = this.#key;
    const checksum = checksumOf(messages);
    if (checksum !== frozen.checksum)
      throw new AppError(
        'conflict',
        `Offsets ${next} to ${frozen.last} of partition ${partition} of ${this.#topic.name} are no longer what was read before: the broker has lost acknowledged messages (unclean leader election). The partition stands still until an operator decides; see operations.md.`,
      );
    const source = `kafka:${topicId}`;
    const rows = rowsOfRange(messages, {
      topic: this.#topic,
      source,
      partition,
      receivedAt: frozen.receivedAt,
    });
    const repeated = this.#inDoubt;
    this.#inDoubt = true;
    const unreadable = await writeRange(
      {
        clickhouse: this.#context.clickhouse,
        range: { topicId, source, partition, first: next, ...frozen },
        repeated,
        sender: `kafka:${this.#topic.name}`,
        now: this.#context.now(),
      },
      rows,
    );
    await this.#context.landed({
      topic: this.#topic.name,
      partition,
      messages: messages.length,
      rows,
      unreadable,
    });
    if (!(await this.#context.marks.finish(this.#key, next, frozen.last)))
      throw new AppError(
        'conflict',
        'Another ingester has finished the range; the partition is read again from its mark.',
      );
  }
}
