import type { Interval } from '../effects.ts';
import { requirePositive } from '../requirements.ts';
import { requireTable } from './require-table.ts';

/** Events among units. */
export interface Count {
  readonly events: number;
  readonly units: number;
}

/**
 * Interval of the difference of two proportions, treatment − control, by Newcombe's hybrid score method (Newcombe 1998,
 * "Interval estimation for the difference between independent proportions", method 10): the distances of each proportion
 * from its own Wilson limits, added in squares. It never leaves [−1, 1]. Assumes independent units, one at least in each arm; throws an `AnalysisInputError` for malformed input.
 * @param z critical value of the normal distribution, such as 1.96
 * @example newcombeInterval({ events: 48, units: 80 }, { events: 56, units: 70 }, 1.959964) // [.0524, .3339]
 */
export function newcombeInterval(control: Count, treatment: Count, z: number): Interval {
  requireTable({ control, treatment }, 1);
  requirePositive('z', z);
  const c = wilsonDistances(control, z);
  const t = wilsonDistances(treatment, z);
  const difference = treatment.events / treatment.units - control.events / control.units;
  return [
    Math.max(-1, difference - Math.hypot(t.below, c.above)),
    Math.min(1, difference + Math.hypot(t.above, c.below)),
  ];
}

/** How far Wilson's limits (Wilson 1927) lie below and above the proportion. */
function wilsonDistances({ events, units }: Count, z: number): { below: number; above: number } {
  const p = events / units;
  const spread = z * Math.sqrt(z * z + 4 * events * (1 - p));
  const pull = z * z * (1 - 2 * p);
  const scale = 2 * (units + z * z);
  return { below: Math.max(0, spread - pull) / scale, above: Math.max(0, spread + pull) / scale };
}
