import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { JobCounts, Jobs, RunState, ScorecardHandler } from './jobs.ts';
import type { Queueing, ScorecardQueue, ScorecardWorker, WorkerSettings } from './queueing.ts';
import { Reach } from './reach.ts';
import { newRunId } from './run-id.ts';
import { RunStates } from './run-states.ts';

export interface BullJobsSettings {
  readonly logger: Logger;
  readonly concurrency: number;
  readonly lockMs: number;
  readonly retryDelayMs: number;
  readonly keptRuns: number;
  /** When a night's work is done, as cron writes it; UTC. */
  readonly nightly: string;
}

const DAY_SECONDS = 86_400;

const EVERY_EXPERIMENT = '*';

/** Nobody reads BullMQ's events here, and each kept one is a row. */
const FEW_EVENTS = { events: { maxLen: 100 } };

/**
 * Two queues, because BullMQ does not let a schedule's own jobs be deduplicated: `ticks` has a schedule per
 * experiment, and each tick asks `scorecards` for a run, where the experiment is the deduplication id.
 */
export class BullJobs implements Jobs {
  readonly #queueing: Queueing;
  readonly #settings: BullJobsSettings;
  readonly #logger: Logger;
  readonly #ticks: ScorecardQueue;
  readonly #scorecards: ScorecardQueue;
  readonly #nights: ScorecardQueue;
  #workers: ScorecardWorker[] = [];
  /** Closing has begun: nobody is to wait for a run any more. */
  readonly #closed = new AbortController();
  readonly #reach = new Reach();
  readonly #runs: RunStates;
  #closing: Promise<void> | null = null;

  constructor(queueing: Queueing, settings: BullJobsSettings) {
    this.#queueing = queueing;
    this.#settings = settings;
    this.#logger = settings.logger;
    this.#ticks = queueing.openQueue('ticks', {
      defaultJobOptions: { removeOnComplete: true, removeOnFail: { count: 100, age: DAY_SECONDS } },
      streams: FEW_EVENTS,
    });
    this.#scorecards = queueing.openQueue('scorecards', {
      defaultJobOptions: {
        attempts: 3,
        backoff: { type: 'exponential', delay: settings.retryDelayMs },
        removeOnComplete: { count: settings.keptRuns, age: DAY_SECONDS },
        removeOnFail: { count: settings.keptRuns, age: 7 * DAY_SECONDS },
      },
      streams: FEW_EVENTS,
    });
    this.#nights = queueing.openQueue('nights', {
      defaultJobOptions: {
        attempts: 5,
        backoff: { type: 'exponential', delay: settings.retryDelayMs },
        removeOnComplete: { count: 10 },
        removeOnFail: { count: 10 },
      },
      streams: FEW_EVENTS,
    });
    this.#runs = new RunStates(this.#scorecards, this.#reach);
    for (const queue of [this.#ticks, this.#scorecards, this.#nights]) this.#logErrors(queue);
  }

  async scheduleScorecard(experimentKey: string, everySeconds: number): Promise<void> {
    if (!Number.isInteger(everySeconds) || everySeconds < 1) {
      throw new AppError(
        'bad-request',
        'A scorecard is refreshed every whole second at most: give 1 or more seconds.',
      );
    }
    await this.#reach.ask(() =>
      this.#ticks.upsertJobScheduler(
        experimentKey,
        { every: everySeconds * 1_000 },
        { name: 'tick', data: { experiment: experimentKey } },
      ),
    );
  }

  async unscheduleScorecard(experimentKey: string): Promise<void> {
    await this.#reach.ask(() => this.#ticks.removeJobScheduler(experimentKey));
  }

  async scheduled(): Promise<string[]> {
    const schedulers = await this.#reach.ask(() => this.#ticks.getJobSchedulers());
    return schedulers.map((scheduler) => scheduler.key).sort();
  }

  async runScorecardNow(experimentKey: string): Promise<string> {
    const id = newRunId(experimentKey);
    const job = await this.#reach.ask(() =>
      this.#scorecards.add(
        'scorecard',
        { experiment: experimentKey },
        { jobId: id, deduplication: { id: experimentKey, keepLastIfActive: true } },
      ),
    );
    if (job.id === undefined || job.id === id) return id;
    return this.#runs.idOfMerged(job.id);
  }

  run(runId: string): Promise<RunState | null> {
    return this.#runs.find(runId);
  }

  async waitFor(runId: string): Promise<RunState> {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 1.5, 1_000)) {
      const state = await this.run(runId);
      if (state === null)
        throw new AppError('not-found', 'No such run is known: it is too old, or the id is wrong.');
      if (state.state === 'done' || state.state === 'failed') return state;
      await setTimeout(waitMs, undefined, { signal: this.#closed.signal }).catch((cause: unknown) => {
        throw new AppError('unavailable', 'The service is stopping: ask for the run again later.', { cause });
      });
    }
  }

  async work(handler: ScorecardHandler, nightly?: () => Promise<void>): Promise<void> {
    const common = {
      lockDuration: this.#settings.lockMs,
      stalledInterval: Math.ceil(this.#settings.lockMs / 2),
      maxStalledCount: 3,
      // After a failed connection; BullMQ's default of 15 s would be as long an outage.
      runRetryDelay: 1_000,
    };
    const ticks = this.#queueing.openWorker(
      'ticks',
      async (job) => {
        await this.runScorecardNow(job.data.experiment);
      },
      { ...common, concurrency: 8 },
    );
    const scorecards = this.#queueing.openWorker('scorecards', (job) => handler(job.data.experiment), {
      ...common,
      concurrency: this.#settings.concurrency,
    });
    scorecards.on('failed', (job, error) => {
      const last = job !== undefined && job.attemptsMade >= (job.opts.attempts ?? 1);
      const level = last ? 'error' : 'warn';
      this.#logger[level](
        { err: error, experiment: job?.data.experiment, attempt: job?.attemptsMade },
        'scorecard run failed',
      );
    });
    this.#workers = [ticks, scorecards];
    if (nightly !== undefined) this.#workers.push(await this.#workNightly(nightly, common));
    for (const worker of this.#workers) this.#logErrors(worker);
    await this.#reach.ask(() => Promise.all(this.#workers.map((worker) => worker.waitUntilReady())));
  }

  async #workNightly(nightly: () => Promise<void>, common: Omit<WorkerSettings, 'concurrency'>) {
    await this.#reach.ask(() =>
      this.#nights.upsertJobScheduler(
        'night',
        { pattern: this.#settings.nightly, tz: 'UTC' },
        { name: 'night', data: { experiment: EVERY_EXPERIMENT } },
      ),
    );
    const worker = this.#queueing.openWorker('nights', () => nightly(), { ...common, concurrency: 1 });
    worker.on('failed', (_, error) => this.#logger.error({ err: error }, 'the night’s work failed'));
    return worker;
  }

  async stopWork(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    // All at once, so that none takes another job while the last ones of the others end.
    await Promise.all(workers.map((worker) => worker.close()));
  }

  async counts(): Promise<JobCounts> {
    const counts = await this.#reach.ask(() =>
      this.#scorecards.getJobCounts('waiting', 'delayed', 'active', 'failed'),
    );
    const of = (state: string) => counts[state] ?? 0;
    return { waiting: of('waiting') + of('delayed'), active: of('active'), failed: of('failed') };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    await this.stopWork();
    this.#reach.letGo();
    await Promise.all([this.#ticks.close(), this.#scorecards.close(), this.#nights.close()]);
    await this.#queueing.close();
  }

  #logErrors(source: ScorecardQueue | ScorecardWorker): void {
    (source as ScorecardQueue).on('error', (error) =>
      this.#logger.warn({ err: error }, 'queue connection failed'),
    );
  }
}
