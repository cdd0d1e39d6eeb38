export { FlagGuardrails, FlagGuardrailsBody } from './flag-guardrails.ts';
export { FlagGuardrailsEntries } from './flag-guardrails-entries.ts';
export { FlagWideWatch, type UnwatchedFlag } from './flag-wide-watch.ts';
export { followFlag } from './follow.ts';
export { handOver, runningOn } from './implicit-experiments.ts';
export { readFlagWide } from './read-flag-wide.ts';
