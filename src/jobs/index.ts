export type { Jobs, RunState } from './jobs.ts';
export { type JobsOptions, openJobs } from './open-jobs.ts';
export { ScheduleKeeper } from './schedule-keeper.ts';
