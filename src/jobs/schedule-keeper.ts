import type { Logger } from 'pino';
import type { Jobs } from './jobs.ts';

/** An experiment whose scorecard is to be made every so often. */
export interface Scheduled {
  readonly key: string;
  readonly refreshSeconds: number;
}

export interface ScheduleKeeperDeps {
  readonly jobs: Pick<Jobs, 'scheduleScorecard' | 'unscheduleScorecard' | 'scheduled'>;
  readonly running: () => Promise<readonly Scheduled[]>;
  readonly logger: Logger;
}

/**
 * Keeps one schedule for each running experiment and none for the others. Asked after every change in this process,
 * and now and then for those that other processes made.
 */
export class ScheduleKeeper {
  readonly #deps: ScheduleKeeperDeps;
  /** What was scheduled last, so that an unchanged schedule keeps its beat. */
  readonly #kept = new Map<string, number>();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ScheduleKeeperDeps) {
    this.#deps = deps;
  }

  /** Brings the schedules in line with the catalogue, one call after the other. */
  reconcile(): Promise<void> {
    const next = this.#last.then(() => this.#reconcile());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async start(everyMs: number): Promise<void> {
    await this.reconcile();
    this.#timer = setInterval(() => {
      this.reconcile().catch((error: unknown) => {
        this.#deps.logger.warn(
          { err: error },
          'the schedules could not be brought in line; tried again soon',
        );
      });
    }, everyMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
  }

  async #reconcile(): Promise<void> {
    const { jobs, running } = this.#deps;
    // Read before the catalogue: a schedule that another process makes in between is then not taken for a surplus one.
    const scheduled = new Set(await jobs.scheduled());
    const wanted = new Map((await running()).map(({ key, refreshSeconds }) => [key, refreshSeconds]));
    for (const key of scheduled) {
      if (wanted.has(key)) continue;
      await jobs.unscheduleScorecard(key);
      this.#kept.delete(key);
    }
    for (const [key, seconds] of wanted) {
      if (this.#kept.get(key) === seconds && scheduled.has(key)) continue;
      await jobs.scheduleScorecard(key, seconds);
      this.#kept.set(key, seconds);
    }
  }
}
