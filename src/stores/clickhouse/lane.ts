import { AppError } from '../../errors.ts';

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Lets so many pieces of work run at once and queues the rest in order of arrival. The embedded engine has no queue of
 * its own: what is not held back here would occupy every thread of the process.
 */
export class Lane {
  readonly #width: number;
  readonly #maxWaitMs: number;
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(width: number, maxWaitSeconds: number) {
    this.#width = width;
    this.#maxWaitMs = maxWaitSeconds * 1000;
  }

  /** Runs the work when its turn comes; AppError `unavailable` after `maxWaitSeconds` of waiting or when closed. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Waits for a place; whoever got one calls `leave` exactly once. */
  enter(): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#running < this.#width) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((start, refuse) => {
      const waiter: Waiter = {
        start,
        refuse,
        timer: setTimeout(() => this.#giveUp(waiter), this.#maxWaitMs),
      };
      this.#waiting.push(waiter);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      clearTimeout(next.timer);
      next.start();
      return;
    }
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** How much of it runs. */
  get running(): number {
    return this.#running;
  }

  /** Refuses what waits and what comes; resolves when nothing runs any more. */
  close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.refuse(closedError());
    }
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #giveUp(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    waiter.refuse(
      new AppError(
        'unavailable',
        `ClickHouse has been busy with other statements for ${this.#maxWaitMs / 1000} s; try again later.`,
        { retryAfterSeconds: 5 },
      ),
    );
  }
}

/** What a statement gets that comes after `close`. */
function closedError(): AppError {
  return new AppError(
    'unavailable',
    'ClickHouse is closed because the service is stopping; try again once it is back.',
  );
}
