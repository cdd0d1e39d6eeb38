import type { Logger } from 'pino';
import type { DecisionFeed } from '../../decide/index.ts';
import { AppError } from '../../errors.ts';
import type { KeyedQueue } from '../../jobs/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import type { Courier } from './courier.ts';
import type { Outbox } from './outbox.ts';
import { WebhookStore } from './webhook-store.ts';

export interface DispatcherOptions {
  readonly outbox: Pick<Outbox, 'drain'>;
  readonly courier: Pick<Courier, 'deliver' | 'stop'>;
  readonly queue: KeyedQueue;
  readonly feed: Pick<DecisionFeed, 'listen'>;
  readonly postgres: Postgres;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/** How many endpoints are delivered to at the same time by one process; each waits for its own answers. */
const CONCURRENCY = 16;

/**
 * Brings decisions to the endpoints that want them: makes deliveries of what is new in the log, and has those endpoints
 * worked off that are due. When that is stands in Postgres, so that every process may look, and any may die.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #webhooks: WebhookStore;
  #timer: NodeJS.Timeout | undefined;
  #stopListening = (): void => undefined;
  #looking: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#webhooks = new WebhookStore(options.postgres);
  }

  /** Looks at once whenever something is decided, and every so often for what is to be tried again. */
  async start(everyMs: number): Promise<void> {
    const { queue, courier, feed } = this.#options;
    await queue.work((webhook) => courier.deliver(webhook), CONCURRENCY);
    this.#stopListening = feed.listen('*', () => void this.look());
    this.#timer = setInterval(() => void this.look(), everyMs);
    void this.look();
  }

  /** Resolves once what was there at the call has been asked for. What fails is told, and the next look makes up for it. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookUntilDone();
    return this.#looking;
  }

  /** The queue is stopped by whoever has it, which waits for the attempts under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#stopListening();
    this.#options.courier.stop();
    await this.#looking;
  }

  async #lookUntilDone(): Promise<void> {
    const { outbox, queue, clock, logger } = this.#options;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await outbox.drain();
      } catch (error) {
        // Another process made the same deliveries in that moment, and asks for them.
        if (!(error instanceof AppError && error.code === 'conflict'))
          logger.warn({ err: error }, 'deliveries could not be made; it is tried again');
      }
      try {
        for (const webhook of await this.#webhooks.due(clock())) await queue.ask(webhook);
      } catch (error) {
        logger.warn({ err: error }, 'deliveries could not be asked for; it is tried again');
      }
    }
    // In the same breath as `#again` was looked at: whoever looks from now on begins anew.
    this.#looking = null;
  }
}
