export {
  Decision,
  DecisionVerdict,
  GuardrailState,
  Heartbeat,
} from '../ruling/index.ts';
export { readAbsence, type Subject } from './absence.ts';
export { AssignmentOverlaps } from './assignment-overlaps.ts';
export { DecideLoop } from './decide-loop.ts';
export { Decider } from './decider.ts';
export { DecisionFeed } from './decision-feed.ts';
export { DecisionLog, MOST_AT_ONCE, type NewDecision } from './decision-log.ts';
export { DecisionReader } from './decision-reader.ts';
export { unwatched, wordsThatEnded } from './decision-states.ts';
export { harmBegan, type Stop } from './decision-stops.ts';
export { EvaluationMetrics } from './evaluation-metrics.ts';
export { beat, type Progress, type StoredHeartbeat } from './heartbeats.ts';
export { OVERLAPS_EVERY_MS, OverlapWatch } from './overlap-watch.ts';
export { DecisionPort } from './port/index.ts';
