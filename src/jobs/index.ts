export type { Jobs, KeyedQueue, RunState } from './jobs.ts';
export { type JobsOptions, openJobs } from './open-jobs.ts';
