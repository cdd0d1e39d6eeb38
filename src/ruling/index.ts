export { silentFrom } from './arrivals.ts';
export { type Decided, decide, stateOf } from './decide.ts';
export type {
  ClosedDay,
  DecideInput,
  EpochLook,
  EventCounts,
  Look,
  MetricLook,
} from './decide-input.ts';
export {
  type AssignmentOverlap,
  Decision,
  DecisionOverride,
  DecisionVerdict,
  GuardrailMargin,
  GuardrailState,
} from './decision-document.ts';
export { alphaOf, type Grant } from './error-budget.ts';
export { Heartbeat, renewed } from './heartbeat.ts';
export { withOverride, withResumption } from './overrides.ts';
export { relabelled, uniformsFrom } from './relabelled.ts';
export { runThrough } from './run-through.ts';
export type { TreatmentState } from './treatment-state.ts';
