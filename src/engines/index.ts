export { EnginesModule } from './engines.module.ts';
export { type GuardedFetch, guardedFetch, type PermittedTargets } from './guarded-fetch.ts';
export { openEngines } from './open-engines.ts';
