import { AnalysisInputError } from '../input-error.ts';
import type { Moments } from '../moments/index.ts';
import type { Count } from './newcombe.ts';

/** The two arms of one stratum as counts. */
export interface Table {
  readonly control: Count;
  readonly treatment: Count;
}

/**
 * Events among units, from moments whose component 0 is 0 or 1 per unit. Throws an `AnalysisInputError` if it cannot be:
 * the sum is no whole number within the units, or the sum of squares is not that of zeros and ones.
 * @example countEvents('control', { n: 80, centre: [0], sums: [48], products: [48] }) // { events: 48, units: 80 }
 */
export function countEvents(field: string, moments: Moments): Count {
  const { n } = moments;
  const centre = moments.centre[0] ?? 0;
  const sum = moments.sums[0] ?? 0;
  const total = n * centre + sum;
  const events = Math.round(total);
  // What n additions may have rounded away, and never as much as an event.
  const tolerance = Math.min(0.25, 1e-9 + n * 2 ** -52 * (Math.abs(n * centre) + Math.abs(sum)));
  const squares = events * (1 - centre) ** 2 + (n - events) * centre ** 2;
  const excess = Math.abs((moments.products[0] ?? 0) - squares);
  if (
    events < 0 ||
    events > n ||
    Math.abs(total - events) > tolerance ||
    excess > tolerance * (1 + squares)
  ) {
    throw new AnalysisInputError(field, 'moments of a 0 or a 1 per unit');
  }
  return { events, units: n };
}

/**
 * Events per unit. Needs a unit.
 * @example shareOf({ events: 56, units: 70 }) // 0.8
 */
export function shareOf({ events, units }: Count): number {
  return events / units;
}

/**
 * The binomial variance p(1 − p)/n of a share. Needs a unit.
 * @example shareVariance({ events: 56, units: 70 }) // 0.002286
 */
export function shareVariance({ events, units }: Count): number {
  return ((events / units) * ((units - events) / units)) / units;
}
