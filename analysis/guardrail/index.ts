export {
  type BoundsVerdict,
  boundsVerdict,
  type GuardrailBounds,
  type GuardrailMargin,
} from './bounds-verdict.ts';
export {
  type ChangePointState,
  changePoint,
  observeChangePoint,
  startChangePoint,
} from './change-point.ts';
export { type FirstImpressions, type HarmAtObservedShare, harmAtObservedShare } from './observed-share.ts';
export { boundaryOf, type GuardrailPlan, type HarmfulDirection } from './plan.ts';
export {
  type FirstEvents,
  type GuardrailState,
  type GuardrailTest,
  observeGuardrail,
  startGuardrail,
} from './state.ts';
export { type GuardrailNeeds, type GuardrailOutlook, guardrailNeeds, type Needed } from './units-needed.ts';
export {
  type GuardrailEvidence,
  type GuardrailVerdict,
  guardrailEvidence,
  guardrailVerdict,
  type TestEvidence,
} from './verdict.ts';
