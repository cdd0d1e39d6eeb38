import type { DecisionOverride } from './decision-document.ts';
import type { Resumed, TreatmentState } from './treatment-state.ts';

/** The state without what was said for a time that is over. */
export function forget(state: TreatmentState, now: string): TreatmentState {
  const holds = ({ until }: DecisionOverride) => Date.parse(until) > Date.parse(now);
  return {
    ...state,
    override: state.override !== null && holds(state.override) ? state.override : null,
    dismissals: state.dismissals.filter(holds),
  };
}

/** The state with a person's word: over the verdict, or over one guardrail; it takes the place of an earlier one. */
export function withOverride(state: TreatmentState, override: DecisionOverride): TreatmentState {
  if (override.guardrail === null) return { ...state, override };
  const others = state.dismissals.filter(({ guardrail }) => guardrail !== override.guardrail);
  return { ...state, dismissals: [...others, override] };
}

/**
 * The state in which everything is watched anew: what was shown before is held against nobody any more, and is
 * remembered. What people said over verdicts ends with it; dismissals stay.
 */
export function withResumption(
  state: TreatmentState,
  { by, why, at }: Pick<Resumed, 'by' | 'why' | 'at'>,
): TreatmentState {
  const { latch } = state;
  return {
    ...{ ...state, latch: null, override: null, watches: [] },
    resumed: {
      ...{ by, why, at },
      stoppedSince: latch?.since ?? at,
      sentences: latch?.broken.map(({ sentence }) => sentence) ?? [],
    },
  };
}
