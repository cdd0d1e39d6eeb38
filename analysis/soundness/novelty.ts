import { AnalysisInputError } from '../input-error.ts';
import { unknown } from '../outcome.ts';
import { requireFinite, requirePositive } from '../requirements.ts';
import { normalSurvival } from '../special/index.ts';
import { ALARM_P, type Soundness } from './status.ts';

/** The effect on one day: the day since a unit's first impression, or of the experiment. */
export interface DayEffect {
  readonly day: number;
  readonly estimate: number;
  readonly se: number;
}

/** How the effect moves with the day. */
export interface Novelty {
  /** Change of the effect per day. */
  readonly slope: number;
  readonly se: number;
  readonly z: number;
  readonly p: number;
  /** The fitted effect on the first and on the last day. */
  readonly first: number;
  readonly last: number;
}

/**
 * Novelty or primacy, the interaction day × effect: the slope of the day's effects on the day, weighted by their precision
 * (fixed-effect meta-regression: Thompson & Higgins 2002, "How should meta-regression analyses be undertaken and
 * interpreted?"; the effect: Kohavi, Tang & Xu 2020, chapter 23). `suspect` where its p is below .001: then the effect
 * of these days says little about that of later ones. Assumes days with units of their own; where the same units return
 * every day their estimates go together and the test errs less often than it says. Unknown with `one-segment` (fewer
 * than two days) or `overflow`.
 * @example novelty([
 *   { day: 0, estimate: 0.9, se: 0.1 }, { day: 1, estimate: 0.5, se: 0.1 }, { day: 2, estimate: 0.1, se: 0.1 },
 * ]) // { status: 'suspect', slope: -0.4, se: 0.0707107, z: -5.6568542, p: 1.5417e-8, first: 0.9, last: 0.1 }
 */
export function novelty(days: readonly DayEffect[]): Soundness<Novelty> {
  const seen = new Set<number>();
  days.forEach(({ day, estimate, se }, i) => {
    requireFinite(`days[${i}].day`, day);
    requireFinite(`days[${i}].estimate`, estimate);
    requirePositive(`days[${i}].se`, se);
    if (seen.has(day)) throw new AnalysisInputError(`days[${i}].day`, 'a day that was not given before');
    seen.add(day);
  });
  if (days.length < 2) return unknown('one-segment');
  const smallest = days.reduce((least, { se }) => Math.min(least, se), Number.POSITIVE_INFINITY);
  const weights = days.map(({ se }) => (smallest / se) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: (day: DayEffect) => number): number =>
    days.reduce((sum, day, i) => sum + of(day) * ((weights[i] ?? 0) / total), 0);
  const middle = mean(({ day }) => day);
  const level = mean(({ estimate }) => estimate);
  const spread = total * mean(({ day }) => (day - middle) ** 2);
  const slope = (total * mean(({ day, estimate }) => (day - middle) * (estimate - level))) / spread;
  const se = smallest / Math.sqrt(spread);
  const z = slope / se;
  const at = (day: number): number => level + slope * (day - middle);
  const order = days.map(({ day }) => day).sort((one, other) => one - other);
  const [first, last] = [at(order[0] ?? 0), at(order.at(-1) ?? 0)];
  if (![slope, se, z, first, last].every(Number.isFinite) || se === 0) return unknown('overflow');
  const p = Math.min(1, 2 * normalSurvival(Math.abs(z)));
  return { kind: 'estimate', status: p < ALARM_P ? 'suspect' : 'sound', slope, se, z, p, first, last };
}
