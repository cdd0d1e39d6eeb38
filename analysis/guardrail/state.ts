import { AnalysisInputError } from '../input-error.ts';
import { requireCount } from '../requirements.ts';
import { logAverage, startsAfter } from '../sample-ratio/index.ts';
import {
  asksForSafety,
  boundaryOf,
  DEFAULT_CONCENTRATIONS,
  DEFAULT_LATE_STARTS,
  type GuardrailPlan,
  type HarmfulDirection,
  type Pair,
  requirePlan,
} from './plan.ts';
import { boundOnLogMixture, logTruncatedMixture, type Mixture, mixtureOver } from './truncated-mixture.ts';

/** Units of an epoch that have had a harmful (or, where a decrease harms, a good) event: each counts once. */
export interface FirstEvents {
  readonly treatment: number;
  readonly control: number;
}

/** One of the two tests: its mixture, and the largest ln of its average E at any look so far. */
export interface GuardrailTest {
  readonly mixture: Mixture;
  readonly logMaxE: number;
}

/** A plain record, to be stored between looks and with a decision; JSON keeps every bit of it. */
export interface GuardrailState {
  readonly share: number;
  readonly direction: HarmfulDirection;
  readonly margin: number;
  readonly lateStarts: readonly number[];
  /** Cumulative first events at the last look. */
  readonly events: Pair;
  /** First events at the look at which each late process started. */
  readonly starts: readonly Pair[];
  readonly harm: GuardrailTest;
  /** null where safety is not asked for. */
  readonly safety: GuardrailTest | null;
}

/**
 * The state of a guardrail on events (errors, purchases, "latency above X") before an epoch's first one: the guardrail form
 * of the multinomial e-process of Lindon & Malek (2022), treatment against control alone, exact in finite samples from the
 * first event on. Harm puts shares beyond the margin against the margin itself, safety those inside it; each holds at any
 * time. Assumes that units are allocated by `share` and that, given an event, only the rates' ratio decides whose it is:
 * units with a *first* event, rare enough (below a tenth, say) that few units have had theirs. One state per epoch, guardrail
 * and treatment. Safety at margin 0 is refused: no data could show it.
 * @example startGuardrail({ share: 0.1, direction: 'increaseIsBad', margin: 0 }) // { events: [0, 0], harm: { logMaxE: 0 }, safety: null }
 */
export function startGuardrail(plan: GuardrailPlan): GuardrailState {
  requirePlan(plan);
  const { share, direction, margin } = plan;
  const { concentrations = DEFAULT_CONCENTRATIONS, lateStarts = DEFAULT_LATE_STARTS } = plan;
  const boundary = boundaryOf(plan);
  const [harmful, harmless] =
    direction === 'increaseIsBad' ? (['above', 'below'] as const) : (['below', 'above'] as const);
  return {
    share,
    direction,
    margin,
    lateStarts,
    events: [0, 0],
    starts: [],
    harm: { mixture: mixtureOver(boundary, harmful, concentrations), logMaxE: 0 },
    safety: asksForSafety(plan)
      ? { mixture: mixtureOver(boundary, harmless, concentrations), logMaxE: 0 }
      : null,
  };
}

/**
 * The state after a look at cumulative first events, any number of which may be new. E averages a process from the first
 * event (weight .8) and processes that start afresh after 10², 10³, … events (.2 together), so that late harm is not diluted
 * by what came before. A late process starts at the first look at or after its threshold: a stopping time, so that what
 * follows is still an e-process. The process from the first event depends on the counts alone, however they were grouped.
 * @param events may not fall: units keep their first event whatever becomes of them later
 * @example observeGuardrail(startGuardrail({ share: 0.5, direction: 'increaseIsBad', margin: 0 }), { treatment: 50, control: 0 }) // { harm: { logMaxE: 23.43881 } }
 */
export function observeGuardrail(state: GuardrailState, events: FirstEvents): GuardrailState {
  const { lateStarts } = state;
  const now: Pair = [events.treatment, events.control];
  requireCount('events.treatment', now[0]);
  requireCount('events.control', now[1]);
  if (now[0] < state.events[0]) throw notFalling('events.treatment', state.events[0]);
  if (now[1] < state.events[1]) throw notFalling('events.control', state.events[1]);
  const starts = startsAfter(state.starts, lateStarts, now) as readonly Pair[];
  const seen = { ...state, events: now, starts };
  return {
    ...seen,
    harm: highest(seen, state.harm),
    safety: state.safety === null ? null : highest(seen, state.safety),
  };
}

/** ln E of the process from the first event, then of those started late. */
export function logProcesses(
  { events, starts }: Pick<GuardrailState, 'events' | 'starts'>,
  of: (counts: Pair) => number,
): readonly number[] {
  return [of(events), ...starts.map((start) => of([events[0] - start[0], events[1] - start[1]]))];
}

/** The test after a look: exact figures only where a bound leaves room for a new maximum. */
function highest(seen: GuardrailState, { mixture, logMaxE }: GuardrailTest): GuardrailTest {
  const bounds = logProcesses(seen, (counts) => boundOnLogMixture(mixture, counts));
  if (logAverage(bounds, seen.lateStarts) <= logMaxE) return { mixture, logMaxE };
  const logs = logProcesses(seen, (counts) => logTruncatedMixture(mixture, counts));
  return { mixture, logMaxE: Math.max(logMaxE, logAverage(logs, seen.lateStarts)) };
}

function notFalling(field: string, before: number): AnalysisInputError {
  return new AnalysisInputError(field, `at least the ${before} counted before`);
}
