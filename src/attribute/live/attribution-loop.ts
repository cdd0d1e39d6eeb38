import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../../errors.ts';
import type { Attributor, Step } from './attributor.ts';

/** Cycles follow each other at least so far apart. */
const AFTER_CYCLE_MS = 100;
const AFTER_IDLE_MS = 200;
/** Another process attributes; it is looked after so often whether it still does. */
const ELSEWHERE_MS = 3_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

const PAUSES: Readonly<Record<Step, number>> = {
  cycle: AFTER_CYCLE_MS,
  erasure: 0,
  build: 0,
  idle: AFTER_IDLE_MS,
  elsewhere: ELSEWHERE_MS,
};

/** Steps for as long as the process runs. A step that fails is told and tried again, ever more rarely. */
export class AttributionLoop {
  readonly #attributor: Pick<Attributor, 'step' | 'close'>;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(attributor: Pick<Attributor, 'step' | 'close'>, logger: Logger) {
    this.#attributor = attributor;
    this.#logger = logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the step under way, then lets another process attribute. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#attributor.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      let waitMs: number;
      try {
        waitMs = PAUSES[await this.#attributor.step()];
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        const expected = error instanceof AppError && ['conflict', 'unavailable'].includes(error.code);
        this.#logger[expected ? 'warn' : 'error'](
          { err: error },
          'a step of attribution failed; it is tried again',
        );
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
      }
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
