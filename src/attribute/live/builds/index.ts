export { backfill, recomputeBuild, type SliceTools } from './backfill.ts';
export { type Build, buildIdentity } from './build.ts';
export { type BuildState, Builds, type LiveBuild } from './builds.ts';
export { nextDue } from './due-builds.ts';
export { removeRetired } from './remove-retired.ts';
