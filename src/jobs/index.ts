export type { JobCounts, Jobs, RunState, ScorecardHandler } from './jobs.ts';
export { type JobsOptions, openJobs } from './open-jobs.ts';
export { type Scheduled, ScheduleKeeper, type ScheduleKeeperDeps } from './schedule-keeper.ts';
