/** What an experiment's run is doing; `queued` includes waiting for the next attempt after a failed one. */
export interface RunState {
  readonly id: string;
  readonly experiment: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  /** When the latest attempt began; null before the first. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** What the last attempt failed with; null unless `failed`. */
  readonly error: string | null;
}

/** Runs that wait (for a worker or their next attempt), run, and have failed for good within the kept history. */
export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/** What the queues' jobs do; a rejection counts as a failed attempt, and is tried again. */
export interface Work {
  /** Computes one experiment's scorecard. */
  readonly scorecard: (experimentKey: string) => Promise<void>;
  /** Called every minute or so, in one of the processes. */
  readonly sweep?: () => Promise<void>;
  /** Called every few minutes, in one of the processes. */
  readonly overlaps?: () => Promise<void>;
  /** Called once a night, in one of the processes. */
  readonly night?: () => Promise<void>;
}

/** Runs by key, across any number of processes: at most one of a key is under way, and at most one more waits. */
export interface KeyedQueue {
  /** Asks for a run that begins after this call; several askers may share one. @throws AppError `unavailable`. */
  ask(key: string): Promise<void>;
  /**
   * Begins to take runs, at most once. One that fails is told and not tried again by itself; one whose process dies is
   * taken up by another.
   */
  work(handler: (key: string) => Promise<void>, concurrency: number): Promise<void>;
}

/**
 * The runs of scorecards on demand, and what is done regularly, across any number of processes. At most one run of an
 * experiment is under way and at most one more waits; different experiments run in parallel. Failures are AppErrors:
 * `unavailable` when the queues cannot be reached.
 */
export interface Jobs {
  /** Asks for a run that begins after this call, and gives its id; several askers may share one run. */
  runScorecardNow(experimentKey: string): Promise<string>;
  /** Null for an id that never was or is no longer remembered. */
  run(runId: string): Promise<RunState | null>;
  /** Resolves once the run is `done` or `failed`; rejects with `not-found` when nobody knows it, `unavailable` on closing. */
  waitFor(runId: string): Promise<RunState>;
  /** Begins to take runs, and to do what is regular. At most once until `stopWork`. */
  work(work: Work): Promise<void>;
  /** Takes no more runs and waits for those under way; what waits stays in the queue. */
  stopWork(): Promise<void>;
  counts(): Promise<JobCounts>;
  /** A queue of its own for other work; `stopWork` and `close` hold for it too. Once for each name. */
  keyed(name: string): KeyedQueue;
  /** `stopWork`, then lets go of the queues; idempotent. The stores must still be open. */
  close(): Promise<void>;
}
