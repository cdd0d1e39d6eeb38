export { Gate, GateId, OpenedGate, OpenGate } from './gate.ts';
export { Gates } from './gates.ts';
export { type Judgement, judgeDecision, type ReadDecision } from './judge-decision.ts';
