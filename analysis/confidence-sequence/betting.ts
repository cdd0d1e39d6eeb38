import { type Outcome, unknown } from '../outcome.ts';
import type { BoundSides } from './beta-binomial.ts';
import {
  type Candidates,
  copyOf,
  evenCandidates,
  limitsFor,
  placeBets,
  prune,
} from './betting-candidates.ts';
import {
  type BoundedMeanPlan,
  logInverseAlpha,
  type MeanBounds,
  requireBounded,
  requireBoundedMeanPlan,
} from './bounded-values.ts';
import { NO_VALUES, type PlugIn, plugInBet, withValue } from './plug-in-bets.ts';

/**
 * What a betting confidence sequence remembers: for each of at most 257 candidate means the capital of betting that the
 * mean is higher, and that it is lower; moments are not enough. A plain record; JSON keeps every bit of it.
 */
export interface BettingState {
  readonly cap: number;
  readonly alpha: number;
  readonly sides: BoundSides;
  readonly plugIn: PlugIn;
  /** Means between those ruled out, or at the ends of the range; null once every mean is ruled out. */
  readonly candidates: Candidates | null;
}

/**
 * The state of a betting confidence sequence before the first value: for the mean of values between 0 and a cap, however
 * skewed; the tightest there is for such values.
 * @example startBetting({ cap: 100, alpha: 0.05 }) // { cap: 100, plugIn: { n: 0 } }
 */
export function startBetting(plan: BoundedMeanPlan): BettingState {
  requireBoundedMeanPlan(plan);
  const { cap, alpha, sides = 'both' } = plan;
  return { cap, alpha, sides, plugIn: NO_VALUES, candidates: evenCandidates() };
}

/**
 * The state after further values in their order of arrival: a unit's total once its window has closed, each unit once.
 * Any grouping gives the same state, bit for bit.
 * @example observeBetting(startBetting({ cap: 100, alpha: 0.05 }), [20, 0]) // { plugIn: { n: 2, sum: 0.2 } }
 */
export function observeBetting(state: BettingState, values: readonly number[]): BettingState {
  requireBounded(values, state.cap);
  const { sides } = state;
  const logInverse = logInverseAlpha(state.alpha, sides);
  const limits = limitsFor(sides, logInverse);
  let { plugIn } = state;
  let candidates = state.candidates === null ? null : copyOf(state.candidates);
  for (const value of values) {
    const x = value / state.cap;
    if (candidates !== null) {
      placeBets(candidates, x, plugInBet(plugIn, logInverse));
      candidates = prune(candidates, limits);
    }
    plugIn = withValue(plugIn, x);
  }
  return { ...state, plugIn, candidates };
}

/**
 * The hedged-capital betting confidence sequence (Waudby-Smith & Ramdas 2023, "Estimating means of bounded random variables
 * by betting", Theorem 3 with θ = ½ and the bets of eq. 26, c = ½): the means m against which neither
 * Π(1 + λ⁺(xᵢ − m)) nor Π(1 − λ⁻(xᵢ − m)) has ever reached 2/α (1/α for a single bound), λ⁺ = min(λ, c/m),
 * λ⁻ = min(λ, c/(1 − m)), found on a grid that is refined around them, at most 5 % wider. Never widens: a mean once ruled out stays so. Holds at all n at once with probability 1 − α if each
 * value's mean given those before it is the same. Unknown with `no-units`, or `drifting-mean` once every mean is ruled out.
 * @example bettingBounds(
 *   observeBetting(startBetting({ cap: 1, alpha: 0.05 }), Array.from({ length: 1000 }, (_, i) => i % 2)),
 * ) // { n: 1000, lower: 0.4, upper: 0.6 }
 */
export function bettingBounds({ cap, sides, plugIn, candidates }: BettingState): Outcome<MeanBounds> {
  if (plugIn.n === 0) return unknown('no-units');
  if (candidates === null) return unknown('drifting-mean');
  const { means } = candidates;
  return {
    kind: 'estimate',
    n: plugIn.n,
    lower: sides === 'upper' ? 0 : cap * (means[0] ?? 0),
    upper: sides === 'lower' ? cap : cap * (means.at(-1) ?? 1),
  };
}
