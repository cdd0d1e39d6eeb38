import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Decider } from './decider.ts';
import type { Watched } from './decision-states.ts';
import type { Beat, Progress } from './heartbeats.ts';
import type { Reading } from './reading.ts';
import { type Guarded, WatchedExperiments } from './watched-experiments.ts';

/** Looked so often for what only time changes; a heartbeat is no more frequent. */
const TICK_MS = 1000;
/** What only time calls for is decided on by so many at a time, so that what has changed waits for no more than these. */
const MOST_BY_TIME = 50;
/** Where so many in a row fail, the rest is left for the next turn: it is no fault of theirs. */
const MOST_FAILURES = 3;
/** What nobody touches ends rarely: it is looked for when one is missing, and so often. */
const ENDED_EVERY_MS = 60_000;
const MOST_ENDED = 100;

export interface DecideLoopOptions {
  readonly decider: Pick<Decider, 'evaluate' | 'age' | 'end' | 'hasSeen' | 'readAhead'>;
  /** The running experiments that have guardrails. */
  readonly guarded: () => Promise<readonly Guarded[]>;
  /** Experiments that were decided on and are not among these. */
  readonly unwatched: (watched: readonly string[], most: number) => Promise<readonly Watched[]>;
  /** Experiments of which something was said for a time that is over. */
  readonly endedWords: (most: number) => Promise<readonly Watched[]>;
  /** How far each environment has come, as it was told last. */
  readonly progress: () => ReadonlyMap<string, Progress>;
  /** Says that decisions hold. */
  readonly beat: (
    beats: readonly Beat[],
    held: { readonly at: Date; readonly dataThrough: Date | null },
  ) => Promise<void>;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Told of every evaluation that ended; `failed` of one that did not succeed. */
  readonly evaluated?: (outcome: { readonly seconds: number; readonly failed: boolean }) => void;
  readonly elapsed?: () => number;
}

/**
 * Decides when there is something to decide on: at once where moments have changed, and by the clock where time alone
 * changes what is decided. What only goes on costs nothing: a heartbeat renews all of it. Each experiment by itself: one
 * that fails is told, counted, excepted from the heartbeat and tried again at the next tick, and stops no other.
 */
export class DecideLoop {
  readonly #options: DecideLoopOptions;
  readonly #elapsed: () => number;
  readonly #stop = new AbortController();
  readonly #touched = new Set<string>();
  readonly #watched = new WatchedExperiments();
  /** Experiments to be ended that could not be, or have not been yet. */
  #ending: readonly Watched[] = [];
  #lookedForEndedAt = Number.NEGATIVE_INFINITY;
  #beatAt = Number.NEGATIVE_INFINITY;
  /** Of everything received up to it was told what it touched; null: another process attributes. */
  #reached: Date | null = null;
  #wake: (() => void) | null = null;
  #running: Promise<void> | null = null;

  constructor(options: DecideLoopOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
  }

  /** The moments of these experiments have changed. */
  touched(experiments: readonly string[]): void {
    for (const experiment of experiments) this.#touched.add(experiment);
    this.#wake?.();
  }

  /** What everything received up to here touches was told before; null: this process does not know any more. */
  reached(through: Date | null): void {
    this.#reached = through;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const more = await this.#turn().catch((error: unknown) => {
        this.#options.logger.warn(
          { err: error },
          'what is to be decided on could not be listed, or said to hold; again in a second',
        );
        return false;
      });
      if (more || this.#touched.size > 0) continue;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, pause(TICK_MS, undefined, { signal }).catch(() => undefined)]);
      this.#wake = null;
    }
  }

  /** Gives whether there is more to do at once. */
  async #turn(): Promise<boolean> {
    const { guarded, endedWords, now } = this.#options;
    const touched = new Set(this.#touched);
    this.#touched.clear();
    // Of one moment with what was touched: the heartbeat speaks of nothing that came after it.
    const [at, reached] = [now(), this.#reached];
    let listed: readonly Guarded[];
    let ended: readonly Watched[];
    try {
      [listed, ended] = [await guarded(), await endedWords(MOST_ENDED)];
    } catch (error) {
      for (const experiment of touched) this.#touched.add(experiment);
      throw error;
    }
    const missing = this.#watched.follow(listed);
    const others = ended.filter(({ key }) => !this.#watched.ask(key));
    await this.#endUnwatched(listed, missing, others);
    const fresh = this.#watched.touch(touched);
    const due = this.#watched.due(at, this.#throughOf);
    // What has changed comes first.
    const wanted = [...new Set([...fresh, ...due.slice(0, MOST_BY_TIME)])];
    const decided = await this.#decideOn(wanted);
    await this.#beat(at, reached);
    return due.length > MOST_BY_TIME && decided > 0;
  }

  /** Up to when it is known of the experiments of an environment what has touched them, in ms. */
  readonly #throughOf = (environment: string): number | null => {
    const told = this.#options.progress().get(environment)?.heartbeat?.dataThrough ?? null;
    const times = [
      ...(told === null ? [] : [Date.parse(told)]),
      ...(this.#reached === null ? [] : [this.#reached.getTime()]),
    ];
    return times.length === 0 ? null : Math.max(...times);
  };

  /** Gives how many were decided on. */
  async #decideOn(wanted: readonly string[]): Promise<number> {
    const ahead = wanted.length === 0 ? new Map<string, Reading>() : await this.#readAhead(wanted);
    let failures = 0;
    let decided = 0;
    for (const experiment of wanted) {
      if (this.#stop.signal.aborted || (ahead === null && failures >= MOST_FAILURES)) break;
      const reading = ahead?.get(experiment);
      if (this.#watched.isOnlyTouched(experiment) && this.#hasSeen(reading)) {
        this.#watched.same(experiment);
        continue;
      }
      const well = await this.#evaluate(experiment, reading);
      failures = well ? 0 : failures + 1;
      decided += well ? 1 : 0;
    }
    return decided;
  }

  /** What cannot even be compared is decided on, which tells why it cannot be. */
  #hasSeen(reading: Reading | undefined): boolean {
    try {
      return reading !== undefined && this.#options.decider.hasSeen(reading);
    } catch {
      return false;
    }
  }

  /** One whose plan cannot be read keeps the others from being read together: then each asks for itself. */
  async #readAhead(experiments: readonly string[]): Promise<Map<string, Reading> | null> {
    try {
      return await this.#options.decider.readAhead(experiments);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'experiments could not be read together; read one by one');
      return null;
    }
  }

  async #evaluate(experiment: string, reading: Reading | undefined): Promise<boolean> {
    const { decider, logger, now, evaluated } = this.#options;
    const startedAt = this.#elapsed();
    let failed = false;
    try {
      this.#watched.decided(experiment, await decider.evaluate(experiment, reading), now());
    } catch (error) {
      failed = true;
      this.#watched.failed(experiment, this.#throughOf);
      const expected = error instanceof AppError && ['conflict', 'unavailable'].includes(error.code);
      logger[expected ? 'warn' : 'error'](
        { err: error, experiment },
        'an experiment could not be decided on',
      );
      await this.#age(experiment);
    }
    evaluated?.({ seconds: (this.#elapsed() - startedAt) / 1000, failed });
    return !failed;
  }

  /** What cannot be decided on by newer data grows old all the same, and that is told. */
  async #age(experiment: string): Promise<void> {
    const { decider, logger, now } = this.#options;
    if (!this.#watched.isTooOld(experiment, now())) return;
    try {
      this.#watched.aged(experiment, await decider.age(experiment), now());
    } catch (error) {
      logger.warn({ err: error, experiment }, 'it could not be told that a decision is too old');
    }
  }

  async #endUnwatched(
    listed: readonly Guarded[],
    missing: boolean,
    others: readonly Watched[],
  ): Promise<void> {
    const { decider, unwatched, logger } = this.#options;
    const late = this.#elapsed() - this.#lookedForEndedAt > ENDED_EVERY_MS;
    if (missing || late || this.#ending.length > 0) {
      const watched = listed.map(({ key }) => key);
      this.#ending = await unwatched(watched, MOST_ENDED);
      this.#lookedForEndedAt = this.#elapsed();
    }
    const left: Watched[] = [];
    for (const one of [...this.#ending, ...others]) {
      try {
        await decider.end(one.key);
      } catch (error) {
        left.push(one);
        logger.warn(
          { err: error, experiment: one.key },
          'it could not be told that nobody watches a flag any more',
        );
      }
    }
    this.#ending = left;
  }

  async #beat(at: Date, reached: Date | null): Promise<void> {
    if (this.#elapsed() - this.#beatAt < TICK_MS) return;
    const environments = new Set([...this.#options.progress().keys(), ...this.#watched.environments()]);
    const beats = this.#watched.beats(environments, {
      // Who does not attribute does not know what was touched: it vouches for what was said before.
      knows: reached !== null,
      ending: this.#ending,
    });
    await this.#options.beat(beats, { at, dataThrough: reached });
    this.#beatAt = this.#elapsed();
  }
}
