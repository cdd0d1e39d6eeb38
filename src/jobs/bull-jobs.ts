import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { JobCounts, Jobs, KeyedQueue, RunState, Work } from './jobs.ts';
import { BullKeyedQueue } from './keyed-queue.ts';
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
  readonly sweepEveryMs: number;
  readonly overlapsEveryMs: number;
  /** When a night's work is done, as cron writes it; UTC. */
  readonly nightly: string;
}

const DAY_SECONDS = 86_400;

const EVERY_EXPERIMENT = '*';

/** Nobody reads BullMQ's events here, and each kept one is a row. */
const FEW_EVENTS = { events: { maxLen: 100 } };

/** One queue for the runs of scorecards, where the experiment is the deduplication id, and one for what is done regularly. */
export class BullJobs implements Jobs {
  readonly #queueing: Queueing;
  readonly #settings: BullJobsSettings;
  readonly #logger: Logger;
  readonly #scorecards: ScorecardQueue;
  readonly #regular: ScorecardQueue;
  readonly #keyed: BullKeyedQueue[] = [];
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
    this.#scorecards = queueing.openQueue('scorecards', {
      defaultJobOptions: {
        attempts: 3,
        backoff: { type: 'exponential', delay: settings.retryDelayMs },
        removeOnComplete: { count: settings.keptRuns, age: DAY_SECONDS },
        removeOnFail: { count: settings.keptRuns, age: 7 * DAY_SECONDS },
      },
      streams: FEW_EVENTS,
    });
    this.#regular = queueing.openQueue('regular', {
      defaultJobOptions: {
        attempts: 5,
        backoff: { type: 'exponential', delay: settings.retryDelayMs },
        removeOnComplete: { count: 10 },
        removeOnFail: { count: 10 },
      },
      streams: FEW_EVENTS,
    });
    this.#runs = new RunStates(this.#scorecards, this.#reach);
    for (const queue of [this.#scorecards, this.#regular]) this.#logErrors(queue);
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

  async work(work: Work): Promise<void> {
    const common = this.#workerSettings();
    const scorecards = this.#queueing.openWorker('scorecards', (job) => work.scorecard(job.data.experiment), {
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
    this.#workers = [scorecards, await this.#workRegularly(work, common)];
    for (const worker of this.#workers) this.#logErrors(worker);
    await this.#reach.ask(() => Promise.all(this.#workers.map((worker) => worker.waitUntilReady())));
  }

  async #workRegularly(work: Work, common: Omit<WorkerSettings, 'concurrency'>): Promise<ScorecardWorker> {
    const { nightly, overlapsEveryMs, sweepEveryMs } = this.#settings;
    const schedules = {
      night: { does: work.night, repeat: { pattern: nightly, tz: 'UTC' } },
      overlaps: { does: work.overlaps, repeat: { every: overlapsEveryMs } },
      sweep: { does: work.sweep, repeat: { every: sweepEveryMs } },
    };
    for (const [name, { does, repeat }] of Object.entries(schedules))
      if (does !== undefined)
        await this.#reach.ask(() =>
          this.#regular.upsertJobScheduler(name, repeat, { name, data: { experiment: EVERY_EXPERIMENT } }),
        );
    const worker = this.#queueing.openWorker(
      'regular',
      async (job) => schedules[job.name as keyof typeof schedules].does?.(),
      { ...common, concurrency: Object.keys(schedules).length },
    );
    worker.on('failed', (job, error) =>
      this.#logger.error({ err: error, work: job?.name }, 'regular work failed; it is tried again'),
    );
    return worker;
  }

  async stopWork(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    // All at once, so that none takes another job while the last ones of the others end.
    await Promise.all([...workers.map((worker) => worker.close()), ...this.#keyed.map((q) => q.stopWork())]);
  }

  keyed(name: string): KeyedQueue {
    const queue = new BullKeyedQueue({
      ...{ name, queueing: this.#queueing, reach: this.#reach, logger: this.#logger },
      worker: this.#workerSettings(),
    });
    this.#keyed.push(queue);
    return queue;
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
    const queues = [this.#scorecards, this.#regular, ...this.#keyed];
    await Promise.all(queues.map((queue) => queue.close()));
    await this.#queueing.close();
  }

  #workerSettings(): Omit<WorkerSettings, 'concurrency'> {
    return {
      lockDuration: this.#settings.lockMs,
      stalledInterval: Math.ceil(this.#settings.lockMs / 2),
      maxStalledCount: 3,
      // After a failed connection; BullMQ's default of 15 s would be as long an outage.
      runRetryDelay: 1_000,
    };
  }

  #logErrors(source: ScorecardQueue | ScorecardWorker): void {
    (source as ScorecardQueue).on('error', (error) =>
      this.#logger.warn({ err: error }, 'queue connection failed'),
    );
  }
}
