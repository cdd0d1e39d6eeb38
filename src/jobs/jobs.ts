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

/** Computes one experiment's scorecard; a rejection counts as a failed attempt. */
export type ScorecardHandler = (experimentKey: string) => Promise<void>;

/**
 * The runs of scorecards, on a schedule and on demand, across any number of processes. At most one run of an
 * experiment is under way and at most one more waits; different experiments run in parallel. Failures are AppErrors:
 * `unavailable` when the queues cannot be reached.
 */
export interface Jobs {
  /** Runs the experiment every so many whole seconds (≥ 1), the first time at once; asked again, the latest interval holds. */
  scheduleScorecard(experimentKey: string, everySeconds: number): Promise<void>;
  /** Ends the schedule; a run that waits already still runs. */
  unscheduleScorecard(experimentKey: string): Promise<void>;
  /** Keys of the scheduled experiments, sorted. */
  scheduled(): Promise<string[]>;
  /** Asks for a run that begins after this call, and gives its id; several askers may share one run. */
  runScorecardNow(experimentKey: string): Promise<string>;
  /** Null for an id that never was or is no longer remembered. */
  run(runId: string): Promise<RunState | null>;
  /** Resolves once the run is `done` or `failed`; rejects with `not-found` when nobody knows it, `unavailable` on closing. */
  waitFor(runId: string): Promise<RunState>;
  /**
   * Begins to take runs. At most once until `stopWork`. `nightly` is called once a night, in one of the processes; when
   * it fails it is tried again.
   */
  work(handler: ScorecardHandler, nightly?: () => Promise<void>): Promise<void>;
  /** Takes no more runs and waits for those under way; what waits stays in the queue. */
  stopWork(): Promise<void>;
  counts(): Promise<JobCounts>;
  /** `stopWork`, then lets go of the queues; idempotent. The stores must still be open. */
  close(): Promise<void>;
}
