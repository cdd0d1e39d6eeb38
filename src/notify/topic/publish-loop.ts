import type { Logger } from 'pino';
import type { DecisionFeed } from '../../decide/index.ts';
import type { DecisionPublisher } from './decision-publisher.ts';

/** Without news the log is looked at so often, for what was appended while nobody told of it. */
const IDLE_MS = 1_000;
/** Another process publishes; it is looked after so often whether it still does. */
const ELSEWHERE_MS = 3_000;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;

/** Publishes for as long as the process runs. A step that fails is told and tried again, ever more rarely. */
export class PublishLoop {
  readonly #publisher: Pick<DecisionPublisher, 'step' | 'close'>;
  readonly #feed: Pick<DecisionFeed, 'listen'>;
  readonly #logger: Logger;
  #stopped = false;
  #wake = (): void => undefined;
  #running: Promise<void> | null = null;

  constructor(
    publisher: Pick<DecisionPublisher, 'step' | 'close'>,
    feed: Pick<DecisionFeed, 'listen'>,
    logger: Logger,
  ) {
    this.#publisher = publisher;
    this.#feed = feed;
    this.#logger = logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the step under way, then lets another process publish. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
    await this.#publisher.close();
  }

  async #run(): Promise<void> {
    const stopListening = this.#feed.listen('*', () => this.#wake());
    let retryMs = FIRST_RETRY_MS;
    while (!this.#stopped) {
      // Before the step: what comes during it makes the pause after it short.
      const news = Promise.withResolvers<void>();
      this.#wake = () => news.resolve();
      let waitMs = 0;
      try {
        const did = await this.#publisher.step();
        if (did === 'idle') waitMs = IDLE_MS;
        if (did === 'elsewhere') waitMs = ELSEWHERE_MS;
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        this.#logger.warn({ err: error }, 'decisions could not be published; it is tried again');
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
      }
      const timer = setTimeout(news.resolve, waitMs);
      if (waitMs > 0 && !this.#stopped) await news.promise;
      clearTimeout(timer);
    }
    stopListening();
  }
}
