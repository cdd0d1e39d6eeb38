import type { Job } from 'bullmq';
import type { RunState } from './jobs.ts';
import type { ScorecardJob, ScorecardQueue } from './queueing.ts';
import type { Reach } from './reach.ts';
import { type Following, followingRunId, parseFollowing, sameExperiment } from './run-id.ts';

/** BullMQ's states; one that is not here means that the job is gone. */
const STATES: Readonly<Record<string, RunState['state']>> = {
  waiting: 'queued',
  prioritized: 'queued',
  delayed: 'queued',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};

/** Finds runs by their ids in the queue that keeps them. */
export class RunStates {
  readonly #queue: ScorecardQueue;
  readonly #reach: Reach;

  constructor(queue: ScorecardQueue, reach: Reach) {
    this.#queue = queue;
    this.#reach = reach;
  }

  async find(runId: string): Promise<RunState | null> {
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

  /** The id of what answers a request that was merged with this job. */
  async idOfMerged(jobId: string): Promise<string> {
    const job = await this.#job(jobId);
    // A run that has begun may have begun before the request, and then the one after it is the answer.
    return job?.processedOn === undefined
      ? jobId
      : followingRunId({ runId: jobId, startedMs: job.processedOn });
  }

  async #job(id: string): Promise<Job<ScorecardJob> | null> {
    return (await this.#reach.ask(() => this.#queue.getJob(id))) ?? null;
  }

  /** The earliest run of the experiment that began after this one, or waits. */
  async #successor(following: Following): Promise<Job<ScorecardJob> | null> {
    const jobs = await this.#reach.ask(() =>
      this.#queue.getJobs(['waiting', 'active', 'delayed', 'completed', 'failed'], 0, -1),
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

  async #stateOf(id: string, found: Job<ScorecardJob>): Promise<RunState | null> {
    const state = STATES[await this.#reach.ask(() => found.getState())];
    if (state === undefined) return null;
    const hasEnded = state === 'done' || state === 'failed';
    // It may have ended between the two questions; then what was found first does not say when or why.
    const job = hasEnded && found.finishedOn === undefined ? await this.#job(found.id ?? '') : found;
    if (job === null) return null;
    return {
      id,
      experiment: job.data.experiment,
      state,
      startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
      finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
      error: state === 'failed' ? (job.failedReason ?? null) : null,
    };
  }
}
