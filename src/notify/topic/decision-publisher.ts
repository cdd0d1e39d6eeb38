import type { Counter } from 'prom-client';
import type { Decision, DecisionLog, Progress } from '../../decide/index.ts';
import { AppError } from '../../errors.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { Stream, Topic } from '../../stream/index.ts';
import { Cursors, Lease } from '../cursors/index.ts';
import { heartbeatEveryMs } from '../heartbeat-event.ts';
import { decisionMessage, heartbeatMessages } from './decision-message.ts';

export interface DecisionPublisherOptions {
  readonly log: Pick<DecisionLog, 'since' | 'currentSince' | 'last' | 'progress'>;
  readonly stream: Pick<Stream, 'send' | 'topics' | 'createTopic'>;
  readonly postgres: Postgres;
  readonly topic: string;
  /** Names this process. */
  readonly holder: string;
  readonly sole: boolean;
  /** Counts what the broker has taken. */
  readonly published?: Pick<Counter, 'inc'>;
  readonly elapsed?: () => number;
}

/** What one step did: passed a page on, found nothing to pass on, or found that another process does it. */
export type Published = 'page' | 'idle' | 'elsewhere';

const PAGE_SIZE = 200;
const LEASE_MS = 30_000;
/** A send that was begun is over by then, its timeout included. */
const KEPT_BACK_MS = 15_000;

/** The topic is looked at so often: one that was made anew is filled anew. */
const LOOK_EVERY_MS = 30_000;

interface Place {
  readonly topic: Topic;
  /** When it was looked at, by the monotonic clock. */
  readonly foundAt: number;
  readonly cursors: Cursors;
  /** Environments of which nothing was in the topic begin with how things stand: up to these sequences. */
  readonly filling: ReadonlyMap<string, number>;
}

/**
 * Passes the decisions of the log on to a compacted topic, each at least once and in order. Any number of processes may
 * have one; one of them works at a time. The cursor belongs to the topic as it is: one that was made anew is filled anew.
 */
export class DecisionPublisher {
  readonly #options: DecisionPublisherOptions;
  readonly #elapsed: () => number;
  readonly #lease: Lease;
  #place: Place | null = null;
  /** By environment: the heartbeat that was told last, and when by the monotonic clock. */
  readonly #told = new Map<string, { readonly at: string; readonly when: number }>();

  constructor(options: DecisionPublisherOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    const { postgres, holder, sole, topic } = options;
    this.#lease = new Lease({
      ...{ postgres, holder, sole, name: `topic ${topic}`, lastsMs: LEASE_MS, keptBackMs: KEPT_BACK_MS },
      elapsed: this.#elapsed,
    });
  }

  /** Does the next thing there is to do; what it rejects with is tried again by the next step. Never two at once. */
  async step(): Promise<Published> {
    try {
      if (!(await this.#lease.hold())) {
        this.#place = null;
        return 'elsewhere';
      }
      if (this.#place !== null && this.#elapsed() - this.#place.foundAt > LOOK_EVERY_MS) this.#place = null;
      this.#place ??= await this.#findPlace();
      // Not remembered: who had the lease before may have set a cursor back.
      const at = await this.#place.cursors.read();
      const progress = await this.#options.log.progress();
      for (const [environment, { last }] of progress) {
        const from = at.get(environment) ?? 0;
        if (last <= from) continue;
        await this.#publish(this.#place, environment, from);
        return 'page';
      }
      await this.#tellHeartbeats(this.#place.topic, progress);
      return 'idle';
    } catch (error) {
      // Look again at the topic and the cursor, either of which may be what failed.
      this.#place = null;
      throw error;
    }
  }

  /** Lets another process go on at once. */
  async close(): Promise<void> {
    await this.#lease.release();
  }

  /** All that they speak of is in the topic by now. */
  async #tellHeartbeats(topic: Topic, progress: ReadonlyMap<string, Progress>): Promise<void> {
    for (const [environment, { heartbeat }] of progress) {
      if (heartbeat === null) continue;
      const told = this.#told.get(environment);
      const now = this.#elapsed();
      if (told !== undefined && (told.at === heartbeat.at || now - told.when < heartbeatEveryMs(heartbeat)))
        continue;
      await this.#options.stream.send(topic.name, heartbeatMessages(heartbeat, topic.partitions));
      this.#told.set(environment, { at: heartbeat.at, when: now });
    }
  }

  async #findPlace(): Promise<Place> {
    const { stream, postgres, topic: name, log } = this.#options;
    let [topic] = await stream.topics([name]);
    if (topic === undefined) {
      // Decisions are few, and one partition keeps those of all treatments in order.
      await stream.createTopic({ name, partitions: 1, compacted: true });
      [topic] = await stream.topics([name]);
    }
    if (topic === undefined)
      throw new AppError('unavailable', `The topic ${name} is gone; make it again, compacted.`);
    const cursors = new Cursors(postgres, `topic ${name} ${topic.id}`);
    const at = await cursors.read();
    const filling = [...(await log.last())].filter(([environment]) => !at.has(environment));
    return { topic, foundAt: this.#elapsed(), cursors, filling: new Map(filling) };
  }

  async #publish({ topic, cursors, filling }: Place, environment: string, from: number): Promise<void> {
    const { stream, log, published } = this.#options;
    const page =
      from < (filling.get(environment) ?? 0)
        ? await log.currentSince(environment, from, PAGE_SIZE)
        : await log.since(environment, from, PAGE_SIZE);
    const to = page.at(-1)?.sequence;
    if (to === undefined)
      throw new AppError('internal', `The log of ${environment} ends before its own last sequence.`);
    try {
      await stream.send(topic.name, messagesOf(page, topic));
      await cursors.advance({ environment, from, to });
    } catch (error) {
      // What this one may have written after whoever has taken over is not to stay the last: that one writes it again.
      if (!(await this.#lease.confirm())) await cursors.rewind(environment, from);
      throw error;
    }
    published?.inc(page.length);
  }
}

const messagesOf = (decisions: readonly Decision[], { partitions }: Topic) =>
  decisions.map((decision) => decisionMessage(decision, partitions));
