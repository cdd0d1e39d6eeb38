import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requireFromTo } from '../requirements.ts';
import { edgeBetween } from '../roots/index.ts';
import {
  asksForSafety,
  boundaryOf,
  DEFAULT_CONCENTRATIONS,
  type GuardrailPlan,
  LARGEST_CHANGE,
  type Pair,
  requirePlan,
} from './plan.ts';
import { logTruncatedMixture, type Mixture, mixtureOver } from './truncated-mixture.ts';

/** What to expect when a guardrail is set up. */
export interface GuardrailOutlook extends GuardrailPlan {
  /** Share of control's units that have an event. */
  readonly baseRate: number;
  /** The treatment's true relative change whose detection is asked about: 1 doubles the rate; beyond the margin. */
  readonly effect: number;
  readonly alpha: number;
}

/** Events and units of both arms together. */
export interface Needed {
  readonly events: number;
  readonly units: number;
}

/** What showing harm and showing safety take. */
export interface GuardrailNeeds {
  /** Until harm is shown, if the treatment changes the rate by `effect`. */
  readonly harm: Needed;
  /** Until safety is shown, if the treatment changes nothing; null where safety is not asked for. */
  readonly safety: Needed | null;
}

/** What the average of processes leaves to the one from the first event. */
const FIRST_WEIGHT = 0.8;

/**
 * The events and units of both arms after which a guardrail shows harm (for a true effect) and safety (for none): where
 * counts exactly as expected take E to 1/α. Chance takes the first crossing forward, so that half of all runs need fewer:
 * simulated medians are 10 to 30 % below. E grows per event by the Kullback–Leibler divergence of the true share of events
 * from the boundary (Wald 1945), less what the mixture costs; solved on the e-process itself. Late starts are counted as
 * lost. For small rates: no unit has its event twice.
 * @example guardrailNeeds({
 *   share: 0.5, direction: 'increaseIsBad', margin: 0.2, baseRate: 0.01, effect: 1, alpha: 0.05,
 * }) // { harm: { events: 161 }, safety: { events: 1120 } }
 */
export function guardrailNeeds(outlook: GuardrailOutlook): GuardrailNeeds {
  requirePlan(outlook);
  const { share, direction, margin, baseRate, effect, alpha, lateStarts } = outlook;
  const { concentrations = DEFAULT_CONCENTRATIONS } = outlook;
  requireFraction('baseRate', baseRate);
  requireFraction('alpha', alpha);
  requireFromTo('effect', effect, -1, LARGEST_CHANGE);
  const rises = direction === 'increaseIsBad';
  if (rises ? effect <= margin : effect >= -margin)
    throw new AnalysisInputError('effect', rises ? `above ${margin}` : `from -1 to below ${-margin}`);
  const boundary = boundaryOf(outlook);
  const target = -Math.log(lateStarts?.length === 0 ? alpha : alpha * FIRST_WEIGHT);
  const needed = (mixture: Mixture, change: number): Needed => {
    // Events per unit of the pair, by arm.
    const rates: Pair = [share * baseRate * (1 + change), (1 - share) * baseRate];
    const units = unitsUntil((n) => logTruncatedMixture(mixture, [n * rates[0], n * rates[1]]) >= target);
    return { events: Math.ceil(units * (rates[0] + rates[1])), units: Math.ceil(units) };
  };
  return {
    harm: needed(mixtureOver(boundary, rises ? 'above' : 'below', concentrations), effect),
    safety: asksForSafety(outlook)
      ? needed(mixtureOver(boundary, rises ? 'below' : 'above', concentrations), 0)
      : null,
  };
}

/** The number from which on something is shown. */
function unitsUntil(isShown: (units: number) => boolean): number {
  let more = 1;
  while (!isShown(more)) {
    more *= 2;
    if (more > 2 ** 60) throw new AnalysisInputError('margin', 'further from what is to be shown');
  }
  return edgeBetween(isShown, { inside: more, outside: more / 2 }).inside;
}
