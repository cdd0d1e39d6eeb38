import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import { Commits } from './commits.ts';
import { toIncomingMessage } from './incoming-message.ts';
import { toAppError, wantsRejoin } from './kafka-error.ts';
import type { KafkaSockets } from './kafka-sockets.ts';
import { Membership } from './membership.ts';
import { PausedPartitions } from './paused-partitions.ts';
import type { BatchOutcome, ConsumeOptions, MessageBatch, StreamConsumer } from './stream.port.ts';
import { within } from './within.ts';

/** For batches under way at the end, and for saying goodbye after them: with what else ends, a process has 10 s. */
const FINISH_TIMEOUT_MS = 6500;
const LEAVE_TIMEOUT_MS = 1500;
const WATCH_MS = 1000;

export interface ConsumerParts {
  readonly consumer: Consumer;
  readonly sockets: KafkaSockets;
  readonly options: ConsumeOptions;
  readonly logger: Logger;
  readonly sessionTimeoutMs: number;
  readonly partitionsAtOnce: number;
  /** A consumer without a sign of life for so long is ended. */
  readonly idleTimeoutMs: number;
}

/**
 * One member of a group, from joining to its end. Whatever stops kafkajs's consumer ends this one, which never starts
 * again by itself; and where kafkajs would sit idle a watch ends it.
 */
export class KafkaConsumer implements StreamConsumer {
  readonly #parts: ConsumerParts;
  readonly #membership: Membership;
  readonly #underWay = new Set<Promise<void>>();
  readonly #commits = new Commits();
  readonly #paused: PausedPartitions;
  readonly #running: Promise<void>;
  readonly #watch: NodeJS.Timeout;
  #ending: Promise<void> | null = null;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    const { consumer, sessionTimeoutMs, partitionsAtOnce } = parts;
    this.#membership = new Membership(sessionTimeoutMs);
    this.#paused = new PausedPartitions(consumer);
    const { events } = consumer;
    consumer.on(events.GROUP_JOIN, (event) => this.#joined(event));
    consumer.on(events.HEARTBEAT, () => this.#membership.heard());
    consumer.on(events.CRASH, ({ payload }) => void this.#end(payload.error));
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#running = consumer
      .run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitionsAtOnce,
        eachBatch: (payload) => this.#eachBatch(payload),
      })
      .catch((error: unknown) => void this.#end(error));
  }

  close(): Promise<void> {
    return this.#end(null);
  }

  #joined({ payload }: ConsumerGroupJoinEvent): void {
    this.#membership.joined();
    this.#commits.forget();
    this.#paused.resumeAll();
    if (this.#ending !== null) return;
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    try {
      this.#parts.options.onAssigned(assigned);
    } catch (error) {
      void this.#end(error);
    }
  }

  /** Returning without having resolved offsets means that the batch is read again, here or elsewhere. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (this.#ending !== null) return;
    // Partitions whose batches wait behind those under way: the group waits for this member to join.
    if (this.#membership.rejoin !== null) throw this.#membership.rejoin;
    this.#membership.worked();
    const work = this.#handle(payload);
    const settled = work.catch(() => undefined);
    this.#underWay.add(settled);
    try {
      await work;
    } finally {
      this.#underWay.delete(settled);
      this.#membership.worked();
    }
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { generation } = this.#membership;
    const { topic, partition } = payload.batch;
    let outcome: BatchOutcome;
    try {
      outcome = checked(await this.#parts.options.onBatch(this.#toMessageBatch(payload, generation)));
    } catch (error) {
      // Not thrown to kafkajs, which would try again or not as it pleases. Nor awaited: the end waits for this batch.
      void this.#end(error);
      return;
    }
    if (generation !== this.#membership.generation) return;
    payload.resolveOffset(String(outcome.next - 1));
    if (outcome.done !== null) {
      this.#commits.add({ topic, partition, offset: outcome.done }, payload);
      await this.#commit();
    }
    if (outcome.afterMs > 0 && generation === this.#membership.generation)
      this.#paused.pause(topic, partition, outcome.afterMs);
    if (this.#membership.rejoin !== null) throw this.#membership.rejoin;
  }

  async #commit(): Promise<void> {
    try {
      await this.#commits.send();
      this.#membership.heard();
    } catch (error) {
      if (wantsRejoin(error)) this.#membership.refused(error);
      else this.#parts.logger.warn({ err: error }, 'what was read of Kafka could not be committed yet');
    }
  }

  #toMessageBatch(payload: EachBatchPayload, generation: number): MessageBatch {
    const { batch } = payload;
    return {
      topic: batch.topic,
      partition: batch.partition,
      messages: batch.messages.map(toIncomingMessage),
      end: Number(batch.highWatermark),
      heartbeat: () => this.#heartbeat(payload, generation),
      isStale: () => this.#membership.isStale(generation),
    };
  }

  /** Never fails: what it finds shows in `isStale`, and the batch under way decides what to do about that. */
  async #heartbeat(payload: EachBatchPayload, generation: number): Promise<void> {
    if (!this.#membership.takeBeat(generation)) return;
    try {
      await payload.heartbeat();
    } catch (error) {
      if (generation !== this.#membership.generation) return;
      if (wantsRejoin(error)) this.#membership.refused(error);
      else this.#parts.logger.warn({ err: error }, 'Kafka does not answer a heartbeat');
    }
  }

  #look(): void {
    // What a batch's end could not commit, and no next one comes.
    if (this.#commits.areWaiting && this.#underWay.size === 0) void this.#commit();
    const { silentMs } = this.#membership;
    const { idleTimeoutMs, options } = this.#parts;
    if (silentMs <= idleTimeoutMs) return;
    const message = `The consumer of ${options.topics.join(', ')} gave no sign of life for ${Math.round(silentMs / 1000)} s and is ended; make another.`;
    void this.#end(new AppError('unavailable', message));
  }

  #end(error: unknown): Promise<void> {
    this.#ending ??= this.#shutDown(error === null ? null : asError(error));
    return this.#ending;
  }

  async #shutDown(error: Error | null): Promise<void> {
    const { sockets, consumer, options, logger } = this.#parts;
    clearInterval(this.#watch);
    const until = performance.now() + FINISH_TIMEOUT_MS;
    const patiently = (work: Promise<unknown>, ms: number, what: string) =>
      within(ms, work, what).catch((late: unknown) => logger.warn({ err: late }, what));
    // A member that is still joining cannot leave: kafkajs would stop, and then begin all the same.
    await patiently(
      this.#running,
      until - performance.now(),
      'the consumer ends while its group is not ready',
    );
    const stopped = consumer.stop().then(() => consumer.disconnect());
    stopped.catch(() => undefined);
    await patiently(
      Promise.all([...this.#underWay]),
      until - performance.now(),
      'batches were under way for too long when the consumer ended',
    );
    await patiently(
      stopped,
      LEAVE_TIMEOUT_MS,
      'the consumer could not leave its group; its partitions are free after the session timeout',
    );
    this.#paused.clear();
    sockets.cut();
    this.#membership.left();
    options.onEnded(error);
  }
}

function checked(outcome: BatchOutcome): BatchOutcome {
  const { next, done, afterMs } = outcome;
  const isOffset = (offset: number) => Number.isSafeInteger(offset) && offset >= 0;
  if (isOffset(next) && (done === null || isOffset(done)) && afterMs >= 0) return outcome;
  throw new AppError('internal', `The outcome of a batch is none: ${JSON.stringify(outcome)}.`);
}

/** An AppError for what is kafkajs's; what the caller's own functions threw stays as it is. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error.name.startsWith('KafkaJS') ? toAppError(error) : error;
  return new Error(String(error), { cause: error });
}
