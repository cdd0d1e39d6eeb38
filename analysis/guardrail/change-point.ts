import { boundaryOf, type GuardrailPlan, type Pair } from './plan.ts';
import type { FirstEvents, GuardrailState } from './state.ts';

/** Changes of the odds beyond the margin that a change is looked for by: from a quarter more to sixteen times as much. */
const CHANGES = [1.25, 1.5, 2, 4, 16] as const;

/** Where a log-likelihood ratio was last at its lowest. */
export interface Low {
  readonly log: number;
  /** Of the look, as it was given. */
  readonly at: number;
}

/** A plain record, to be stored between looks: a low for each of the changes that are looked for. */
export type ChangePointState = readonly Low[];

/**
 * The state before the first event of a guardrail's watch.
 * @param at when the watch begins, in any unit of time
 * @example startChangePoint(0).length // 5
 */
export function startChangePoint(at: number): ChangePointState {
  return CHANGES.map(() => ({ log: 0, at }));
}

/**
 * The state after a look: whether the log-likelihood ratio of harm by some factor beyond the margin against harm at the
 * margin, Σ of the first events' ln(θ₁/θ₀) or ln((1 − θ₁)/(1 − θ₀)), is as low as it ever was.
 * @param events cumulative first events at this look
 * @param at time of the look, never before the last one's
 * @example observeChangePoint(startChangePoint(0), { share: 0.5, direction: 'increaseIsBad', margin: 0 }, { treatment: 10, control: 30 }, 7)[2] // { log: -9.28713, at: 7 }
 */
export function observeChangePoint(
  state: ChangePointState,
  plan: Pick<GuardrailPlan, 'share' | 'direction' | 'margin'>,
  events: FirstEvents,
  at: number,
): ChangePointState {
  const logs = logRatios(plan, [events.treatment, events.control]);
  return state.map((low, index) => {
    const log = logs[index] ?? 0;
    return log <= low.log ? { log, at } : low;
  });
}

/**
 * Since when there has been harm, as far as the events of a watch tell: the look at which the log-likelihood ratio was
 * lowest, after which it rose the most (Page's cumulative sum, whose last low is the maximum-likelihood estimate of the
 * change, Hinkley 1971), for whichever factor it rose the most. An estimate and no bound; null where it never rose.
 * @example changePoint(
 *   observeChangePoint(startChangePoint(0), { share: 0.5, direction: 'increaseIsBad', margin: 0 }, { treatment: 10, control: 10 }, 7),
 *   { share: 0.5, direction: 'increaseIsBad', margin: 0, events: [40, 12] },
 * ) // 7
 */
export function changePoint(
  state: ChangePointState,
  guardrail: Pick<GuardrailState, 'share' | 'direction' | 'margin' | 'events'>,
): number | null {
  const logs = logRatios(guardrail, guardrail.events);
  const rises = state.map(({ log, at }, index) => ({ rise: (logs[index] ?? 0) - log, at }));
  const most = rises.reduce((best, one) => (one.rise > best.rise ? one : best), { rise: 0, at: Number.NaN });
  return most.rise > 0 ? most.at : null;
}

/** One for each change, of all events so far. */
function logRatios(
  plan: Pick<GuardrailPlan, 'share' | 'direction' | 'margin'>,
  [treatment, control]: Pair,
): number[] {
  const [own, others] = boundaryOf(plan);
  return CHANGES.map((change) => {
    const odds = plan.direction === 'increaseIsBad' ? change : 1 / change;
    // With θ₁ = odds·θ₀/(odds·θ₀ + 1 − θ₀), both ratios have the same denominator.
    const log = Math.log(odds * own + others);
    return treatment * (Math.log(odds) - log) - control * log;
  });
}
