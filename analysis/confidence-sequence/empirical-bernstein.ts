import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import type { BoundSides } from './beta-binomial.ts';
import {
  type BoundedMeanPlan,
  logInverseAlpha,
  type MeanBounds,
  requireBounded,
  requireBoundedMeanPlan,
} from './bounded-values.ts';
import { NO_VALUES, type PlugIn, plugInBet, plugInMean, withValue } from './plug-in-bets.ts';

/**
 * What an empirical-Bernstein confidence sequence remembers: six running sums, in the order of arrival (each weight depends
 * on the values before it, so that moments are not enough). A plain record; JSON keeps every bit of it.
 */
export interface EmpiricalBernsteinState {
  readonly cap: number;
  readonly alpha: number;
  readonly sides: BoundSides;
  readonly plugIn: PlugIn;
  /** Σλᵢ. */
  readonly bets: number;
  /** Σλᵢxᵢ. */
  readonly weighted: number;
  /** Σvᵢψ(λᵢ). */
  readonly penalty: number;
}

/** No bet is larger. */
const LARGEST_BET = 0.5;

/**
 * The state of an empirical-Bernstein confidence sequence before the first value: for the mean of values between 0 and a
 * cap, however skewed. Cheaper than betting in time and memory, and wider.
 * @example startEmpiricalBernstein({ cap: 100, alpha: 0.05 }) // { cap: 100, plugIn: { n: 0 } }
 */
export function startEmpiricalBernstein(plan: BoundedMeanPlan): EmpiricalBernsteinState {
  requireBoundedMeanPlan(plan);
  const { cap, alpha, sides = 'both' } = plan;
  return { cap, alpha, sides, plugIn: NO_VALUES, bets: 0, weighted: 0, penalty: 0 };
}

/**
 * The state after further values in their order of arrival: a unit's total once its window has closed, each unit once.
 * Any grouping gives the same state, bit for bit.
 * @example observeEmpiricalBernstein(startEmpiricalBernstein({ cap: 100, alpha: 0.05 }), [20, 0]) // { plugIn: { n: 2 } }
 */
export function observeEmpiricalBernstein(
  state: EmpiricalBernsteinState,
  values: readonly number[],
): EmpiricalBernsteinState {
  requireBounded(values, state.cap);
  const logInverse = logInverseAlpha(state.alpha, state.sides);
  let { plugIn, bets, weighted, penalty } = state;
  for (const value of values) {
    const x = value / state.cap;
    const bet = Math.min(LARGEST_BET, plugInBet(plugIn, logInverse));
    bets += bet;
    weighted += bet * x;
    // 4(x − μ̂)² times (−ln(1 − λ) − λ)/4.
    penalty += (x - plugInMean(plugIn)) ** 2 * (-Math.log1p(-bet) - bet);
    plugIn = withValue(plugIn, x);
  }
  return { ...state, plugIn, bets, weighted, penalty };
}

/** The sums of a group of values, of which the single ones are not known. */
export interface ValueSums {
  readonly n: number;
  readonly sum: number;
  /** Of their squares. */
  readonly squares: number;
}

/**
 * The state after a whole group of further values, of which only the sums are known: all of a day's units whose windows
 * have closed. One bet is made on all of them before any is seen, and all are held against the mean known before the group:
 * bets and means may be anything that is fixed beforehand (Theorem 2 holds for any predictable λ and μ̂), so the sequence is
 * as valid, and somewhat wider. The group's size may depend on nothing but what was known before its values.
 * @example observeEmpiricalBernsteinSums(startEmpiricalBernstein({ cap: 100, alpha: 0.05 }), { n: 2, sum: 20, squares: 400 }) // { plugIn: { n: 2, sum: 0.2 } }
 */
export function observeEmpiricalBernsteinSums(
  state: EmpiricalBernsteinState,
  values: ValueSums,
): EmpiricalBernsteinState {
  const { n } = values;
  const { cap, plugIn } = state;
  requireCount('values.n', n);
  if (n === 0) return state;
  const sum = values.sum / cap;
  const squares = values.squares / cap ** 2;
  requireSums(values, cap);
  // The bet on the last of them: the plug-in bet for as many values as there will be.
  const logInverse = logInverseAlpha(state.alpha, state.sides);
  const variance = (0.25 + plugIn.squares) / (plugIn.n + 1);
  const last = plugIn.n + n;
  const bet = Math.min(LARGEST_BET, Math.sqrt((2 * logInverse) / (variance * last * Math.log(last + 1))));
  const mean = plugInMean(plugIn);
  const next = { n: last, sum: plugIn.sum + sum };
  const own = plugInMean({ ...next, squares: 0 });
  return {
    ...state,
    bets: state.bets + n * bet,
    weighted: state.weighted + bet * sum,
    penalty: state.penalty + around(mean, { n, sum, squares }) * (-Math.log1p(-bet) - bet),
    plugIn: { ...next, squares: plugIn.squares + around(own, { n, sum, squares }) },
  };
}

/** Σ(x − m)²; rounding may leave it just below 0. */
function around(m: number, { n, sum, squares }: ValueSums): number {
  return Math.max(0, squares - 2 * m * sum + n * m * m);
}

/** Sums that values from 0 to the cap can have, up to the rounding of sums around a centre. */
function requireSums({ n, sum, squares }: ValueSums, cap: number): void {
  const slack = 1e-9 * n * cap;
  if (!(sum >= -slack && sum <= n * cap + slack))
    throw new AnalysisInputError('values.sum', `from 0 to n times the cap of ${cap}`);
  if (!(squares >= -slack * cap && squares <= cap * sum + slack * cap))
    throw new AnalysisInputError('values.squares', `from 0 to the cap of ${cap} times the sum`);
}

/**
 * The predictable plug-in empirical-Bernstein confidence sequence (Waudby-Smith & Ramdas 2023, "Estimating means of bounded
 * random variables by betting", Theorem 2): Σλᵢxᵢ/Σλᵢ ± (ln(2/α) + Σvᵢψ(λᵢ))/Σλᵢ, vᵢ = 4(xᵢ − μ̂ᵢ₋₁)²,
 * ψ(λ) = (−ln(1 − λ) − λ)/4, within [0, cap]; ln(1/α) for a single bound. Holds at all n at once with probability 1 − α if
 * each value's mean given those before it is the same. Bounds of several looks may be intersected. Unknown with `no-units`.
 * @example empiricalBernsteinBounds(
 *   observeEmpiricalBernstein(startEmpiricalBernstein({ cap: 1, alpha: 0.05 }), Array.from({ length: 1000 }, (_, i) => i % 2)),
 * ) // { n: 1000, lower: 0.4, upper: 0.6 }
 */
export function empiricalBernsteinBounds(state: EmpiricalBernsteinState): Outcome<MeanBounds> {
  const { cap, alpha, sides, plugIn, bets, weighted, penalty } = state;
  if (plugIn.n === 0) return unknown('no-units');
  const margin = (logInverseAlpha(alpha, sides) + penalty) / bets;
  return {
    kind: 'estimate',
    n: plugIn.n,
    lower: sides === 'upper' ? 0 : cap * Math.max(0, weighted / bets - margin),
    upper: sides === 'lower' ? cap : cap * Math.min(1, weighted / bets + margin),
  };
}
