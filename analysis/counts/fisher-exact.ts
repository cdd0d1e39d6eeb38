import { type Outcome, unknown } from '../outcome.ts';
import { requireTable, type Table } from '../proportions/index.ts';

/** Fisher's test of one table. */
export interface FisherExact {
  /** Two-sided: of all tables with the same margins that are as unlikely as this one or less likely. */
  readonly p: number;
  /** That the treatment's proportion is below, and above, the control's. */
  readonly pLess: number;
  readonly pGreater: number;
}

/** Rounding of equal probabilities, as R and SciPy allow for it. */
const TIE = 1 + 1e-7;

/** Relative to the most likely outcome; p below this are given as 0. */
const NOTHING = 1e-300;

/**
 * Fisher's exact test of two proportions (Fisher 1934; Lehmann & Romano 2005, "Testing statistical hypotheses", 4.6): given
 * the margins of the 2×2 table, the treatment's events are hypergeometric. For small arms with any base rate; it is
 * conservative, more so than the score test is liberal. For rare events among many units `exactConditional` says the same
 * and has an interval. Assumes independent units. Unknown with `no-units`, `no-events` or `all-events`; throws an
 * `AnalysisInputError` for malformed input.
 * @example fisherExact({ control: { events: 1, units: 10 }, treatment: { events: 6, units: 10 } }) // { p: 0.0573, pGreater: 0.02864, pLess: 0.99845 }
 */
export function fisherExact(table: Table): Outcome<FisherExact> {
  requireTable(table);
  const { control, treatment } = table;
  const events = control.events + treatment.events;
  if (control.units === 0 || treatment.units === 0) return unknown('no-units');
  if (events === 0) return unknown('no-events');
  if (events === control.units + treatment.units) return unknown('all-events');
  const first = Math.max(0, events - control.units);
  const last = Math.min(events, treatment.units);
  // P(k + 1)/P(k), exact but for a rounding or two.
  const ratio = (k: number) =>
    ((treatment.units - k) / (k + 1)) * ((events - k) / (control.units - events + k + 1));
  const observed = treatment.events;
  const mode = Math.min(
    last,
    Math.max(
      first,
      Math.floor(((treatment.units + 1) * (events + 1)) / (treatment.units + control.units + 2)),
    ),
  );
  // Probabilities relative to the mode's need no factorials.
  const above = falling(last - mode, (step) => ratio(mode + step));
  const below = falling(mode - first, (step) => 1 / ratio(mode - step - 1));
  const weights = [...below.toReversed(), 1, ...above];
  return { kind: 'estimate', ...tails(weights, observed - (mode - below.length)) };
}

/** Probabilities on one side of the mode, relative to it, outwards until nothing is left of them. */
function falling(steps: number, ratio: (step: number) => number): number[] {
  const weights: number[] = [];
  let weight = 1;
  for (let step = 0; step < steps; step += 1) {
    weight *= ratio(step);
    if (weight < NOTHING) break;
    weights.push(weight);
  }
  return weights;
}

/** From the weights of all outcomes in their order, which rise to a mode and fall from there. */
function tails(weights: readonly number[], observed: number): FisherExact {
  const limit = (weights[observed] ?? 0) * TIE;
  // From both ends inwards, the smaller first, so that tails keep their digits.
  let [left, right] = [0, weights.length - 1];
  let [less, greater, unlikely, total] = [0, 0, 0, 0];
  while (left <= right) {
    const fromLeft = (weights[left] ?? 0) <= (weights[right] ?? 0);
    const at = fromLeft ? left++ : right--;
    const weight = weights[at] ?? 0;
    total += weight;
    if (at <= observed) less += weight;
    if (at >= observed) greater += weight;
    if (weight <= limit) unlikely += weight;
  }
  return {
    p: Math.min(1, unlikely / total),
    pLess: Math.min(1, less / total),
    pGreater: Math.min(1, greater / total),
  };
}
