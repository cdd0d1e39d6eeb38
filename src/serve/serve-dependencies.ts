import type { Attributor, Plans, Scorecards } from '../analyse/index.ts';
import type { LiveMoments, Upkeep } from '../attribute/index.ts';
import type { Jobs } from '../jobs/index.ts';

/** What the routes of results are made from; see the fields' own docs. */
export interface ServeDependencies {
  readonly scorecards: Pick<Scorecards, 'latest' | 'asOf' | 'documents' | 'timeseries'>;
  readonly catalogue: Plans;
  /** Computes a segment when asked for, and closed windows where there are no live moments. */
  readonly recomputation: Attributor;
  readonly live: Pick<LiveMoments, 'read' | 'readSegments'>;
  /** What may be asked of the live moments. */
  readonly upkeep: Pick<Upkeep, 'describe' | 'verify' | 'rebuild'>;
  readonly jobs: Pick<Jobs, 'runScorecardNow' | 'run'>;
  /** The version of this package. */
  readonly engineVersion: string;
  readonly now: () => Date;
  /** Memory for documents; 64 MiB unless told. */
  readonly cacheBytes?: number;
  /** How long a request waits for what is read from raw rows; 20 s unless told. */
  readonly computingWaitMs?: number;
}

export const SERVE_UPKEEP = Symbol('the upkeep of live moments');
export const SERVE_JOBS = Symbol('runs that can be asked for');
export const SERVE_CATALOGUE = Symbol('plans of experiments');
export const SERVE_SCORECARDS = Symbol('stored scorecards');
export const SERVE_CLOCK = Symbol('the clock');
