import { setTimeout } from 'node:timers/promises';
import type { JobsOptions as AddOptions, Job, Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { JobCounts, Jobs, RunState, ScorecardHandler } from './jobs.ts';
import { type Following, followingRunId, newRunId, parseFollowing, sameExperiment } from './run-id.ts';

/** The data of both kinds of job: which experiment. */
export interface ScorecardJob {
  readonly experiment: string;
}

export type ScorecardQueue = Queue<ScorecardJob>;
export type ScorecardWorker = Worker<ScorecardJob>;

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly runRetryDelay: number;
}

/** BullMQ bound to one backend. */
export interface Queueing {
  openQueue(
    name: string,
    opts: { defaultJobOptions: AddOptions; streams: typeof FEW_EVENTS },
  ): ScorecardQueue;
  openWorker(
    name: string,
    processor: (job: Job<ScorecardJob>) => Promise<void>,
    opts: WorkerSettings,
  ): ScorecardWorker;
  close(): Promise<void>;
}

export interface BullJobsSettings {
  readonly logger: Logger;
  readonly concurrency: number;
  readonly lockMs: number;
  readonly retryDelayMs: number;
  readonly keptRuns: number;
}

/** BullMQ's states; one that is not here means that the job is gone. */
const STATES: Readonly<Record<string, RunState['state']>> = {
  waiting: 'queued',
  prioritized: 'queued',
  delayed: 'queued',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};

const DAY_SECONDS = 86_400;

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
  #workers: ScorecardWorker[] = [];
  readonly #closed = new AbortController();
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
    for (const queue of [this.#ticks, this.#scorecards]) this.#logErrors(queue);
  }

  async scheduleScorecard(experimentKey: string, everySeconds: number): Promise<void> {
    if (!Number.isInteger(everySeconds) || everySeconds < 1) {
      throw new AppError(
        'bad-request',
        'A scorecard is refreshed every whole second at most: give 1 or more seconds.',
      );
    }
    await this.#reach(() =>
      this.#ticks.upsertJobScheduler(
        experimentKey,
        { every: everySeconds * 1_000 },
        { name: 'tick', data: { experiment: experimentKey } },
      ),
    );
  }

  async unscheduleScorecard(experimentKey: string): Promise<void> {
    await this.#reach(() => this.#ticks.removeJobScheduler(experimentKey));
  }

  async scheduled(): Promise<string[]> {
    const schedulers = await this.#reach(() => this.#ticks.getJobSchedulers());
    return schedulers.map((scheduler) => scheduler.key).sort();
  }

  async runScorecardNow(experimentKey: string): Promise<string> {
    const id = newRunId(experimentKey);
    const job = await this.#reach(() =>
      this.#scorecards.add(
        'scorecard',
        { experiment: experimentKey },
        { jobId: id, deduplication: { id: experimentKey, keepLastIfActive: true } },
      ),
    );
    if (job.id === undefined || job.id === id) return id;
    const winner = await this.#job(job.id);
    // A run that has begun may have begun before this call, and then the one after it is the answer.
    return winner?.processedOn === undefined
      ? job.id
      : followingRunId({ runId: job.id, startedMs: winner.processedOn });
  }

  async run(runId: string): Promise<RunState | null> {
    const following = parseFollowing(runId);
    if (following === null) {
      const job = await this.#job(runId);
      return job === null ? null : this.#stateOf(runId, job);
    }
    const before = await this.#job(following.runId);
    const stateBefore = before === null ? null : await this.#stateOf(runId, before);
    if (stateBefore?.state === 'queued' || stateBefore?.state === 'running') {
      return { ...stateBefore, state: 'queued', startedAt: null };
    }
    const successor = await this.#successor(following);
    // Without one the run had not begun when it was asked for, and so is the answer itself.
    return successor === null ? stateBefore : this.#stateOf(runId, successor);
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

  async work(handler: ScorecardHandler): Promise<void> {
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
    for (const worker of this.#workers) this.#logErrors(worker);
    await this.#reach(() => Promise.all(this.#workers.map((worker) => worker.waitUntilReady())));
  }

  async stopWork(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    // Ticks first, so that none asks for a run while the last ones finish.
    for (const worker of workers) await worker.close();
  }

  async counts(): Promise<JobCounts> {
    const counts = await this.#reach(() =>
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
    await Promise.all([this.#ticks.close(), this.#scorecards.close()]);
    await this.#queueing.close();
  }

  async #job(id: string): Promise<Job<ScorecardJob> | null> {
    return (await this.#reach(() => this.#scorecards.getJob(id))) ?? null;
  }

  /** The earliest run of the experiment that began after this one, or waits. */
  async #successor(following: Following): Promise<Job<ScorecardJob> | null> {
    const jobs = await this.#reach(() =>
      this.#scorecards.getJobs(['waiting', 'active', 'delayed', 'completed', 'failed'], 0, -1),
    );
    const began = (job: Job<ScorecardJob>) => job.processedOn ?? Number.POSITIVE_INFINITY;
    const later = jobs.filter(
      (job) =>
        job.id !== following.runId &&
        sameExperiment(job.id ?? '', following.runId) &&
        began(job) >= following.startedMs,
    );
    return later.sort((a, b) => began(a) - began(b))[0] ?? null;
  }

  async #stateOf(id: string, job: Job<ScorecardJob>): Promise<RunState | null> {
    const state = STATES[await this.#reach(() => job.getState())];
    if (state === undefined) return null;
    return {
      id,
      experiment: job.data.experiment,
      state,
      startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
      finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
      error: state === 'failed' ? (job.failedReason ?? null) : null,
    };
  }

  async #reach<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw new AppError('unavailable', 'The queues cannot be reached: try again when their store is back.', {
        cause,
      });
    }
  }

  #logErrors(source: ScorecardQueue | ScorecardWorker): void {
    (source as ScorecardQueue).on('error', (error) =>
      this.#logger.warn({ err: error }, 'queue connection failed'),
    );
  }
}
