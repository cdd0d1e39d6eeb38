import type { DecisionLog } from './decision-log.ts';
import type { Progress, StoredHeartbeat } from './heartbeats.ts';

type Listener = (last: number, environment: string) => void;

/**
 * Tells who waits for decisions that there are new ones: at once those of this process, and within `pollMs` those of
 * others. It tells how far the log has come, and what holds of it; what was decided is read from the log.
 */
export class DecisionFeed {
  readonly #log: Pick<DecisionLog, 'progress'>;
  readonly #failed: (error: unknown) => void;
  readonly #last = new Map<string, number>();
  #progress: ReadonlyMap<string, Progress> = new Map();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #lookers = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(log: Pick<DecisionLog, 'progress'>, failed: (error: unknown) => void) {
    this.#log = log;
    this.#failed = failed;
  }

  start(pollMs: number): void {
    this.#timer = setInterval(() => void this.look(), pollMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks how far the log has come, and tells. A look that fails is told to `failed`; the next one makes up for it. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Called in this process when decisions were appended. */
  announce(environment: string, last: number): void {
    if (last <= (this.#last.get(environment) ?? 0)) return;
    this.#last.set(environment, last);
    for (const listener of this.#listeners.get(environment) ?? []) listener(last, environment);
    for (const listener of this.#listeners.get('*') ?? []) listener(last, environment);
  }

  /** Calls the listener whenever an environment (`*`: any) has come further; gives what ends it. */
  listen(environment: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(environment) ?? new Set();
    this.#listeners.set(environment, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** As it was looked at last; what was announced since is not in it. */
  progress(): ReadonlyMap<string, Progress> {
    return this.#progress;
  }

  /** What renews the decisions of an environment, as it was looked at last; null: nothing does. */
  heartbeat(environment: string): StoredHeartbeat | null {
    return this.#progress.get(environment)?.heartbeat ?? null;
  }

  /** Calls the listener whenever it was looked how far the log has come; gives what ends it. */
  onLook(listener: () => void): () => void {
    this.#lookers.add(listener);
    return () => void this.#lookers.delete(listener);
  }

  async #look(): Promise<void> {
    try {
      const progress = await this.#log.progress();
      // Before what it renews can be asked for: a heartbeat speaks of no decision that nobody was told of.
      for (const [environment, { last }] of progress) this.announce(environment, last);
      this.#progress = progress;
      for (const listener of this.#lookers) listener();
    } catch (error) {
      this.#failed(error);
    }
  }
}
