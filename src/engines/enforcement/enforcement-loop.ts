import type { Logger } from 'pino';
import type { DecisionFeed } from '../../decide/index.ts';
import type { Enforcer } from './enforcer.ts';
import type { Follower } from './follower.ts';

/** Enforces at once when something was decided in this process, and within a moment what others decided or is due again. */
export class EnforcementLoop {
  readonly #follower: Follower;
  readonly #enforcer: Enforcer;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #unlisten: (() => void) | undefined;
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(deps: { follower: Follower; enforcer: Enforcer; logger: Logger }) {
    this.#follower = deps.follower;
    this.#enforcer = deps.enforcer;
    this.#logger = deps.logger;
  }

  start(feed: Pick<DecisionFeed, 'listen'>, everyMs: number): void {
    this.#unlisten = feed.listen('*', () => void this.look());
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  /** What is under way ends first. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#unlisten?.();
    this.#again = false;
    await this.#looking;
    await this.#enforcer.settled();
  }

  /** One look after the other; asked for during one, there is another after it. */
  look(): Promise<void> {
    if (this.#looking !== null) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#follower.follow();
        await this.#enforcer.begin();
      } catch (error) {
        this.#logger.warn({ err: error }, 'decisions could not be enforced at this moment; tried again');
      }
    } while (this.#again);
  }
}
