import type { JobsOptions as AddOptions, Job, Queue, Worker } from 'bullmq';

/** The data of a job of a keyed queue: whose it is. */
export interface KeyedJob {
  readonly key: string;
}

/** The data of both kinds of job: which experiment. */
export interface ScorecardJob {
  readonly experiment: string;
}

export type ScorecardQueue = Queue<ScorecardJob>;
export type ScorecardWorker = Worker<ScorecardJob>;

/** BullMQ's names; times in milliseconds. */
export interface QueueSettings {
  readonly defaultJobOptions: AddOptions;
  readonly streams: { readonly events: { readonly maxLen: number } };
}

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly runRetryDelay: number;
}

/** BullMQ bound to one backend. */
export interface Queueing {
  openQueue<Data = ScorecardJob>(name: string, settings: QueueSettings): Queue<Data>;
  openWorker<Data = ScorecardJob>(
    name: string,
    processor: (job: Job<Data>) => Promise<void>,
    settings: WorkerSettings,
  ): Worker<Data>;
  close(): Promise<void>;
}
