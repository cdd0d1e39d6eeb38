import type { Interval } from '../effects.ts';
import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import { edgeBetween } from '../roots/index.ts';
import type { Table } from './proportion-tables.ts';
import { shareOf } from './proportion-tables.ts';
import { requireTable } from './require-table.ts';
import { restrictedDifference } from './restricted-difference.ts';

/**
 * Miettinen and Nurminen's score test of pT − pC = δ for any δ strictly between −1 and 1 (Miettinen & Nurminen 1985,
 * "Comparative analysis of two rates", Statistics in Medicine 4, 213–226, equations 8–9): z = (p̂T − p̂C − δ)/√V with V the
 * variance under the hypothesis, p̃(1 − p̃)/n over both arms at the restricted maximum likelihood estimates, times N/(N − 1).
 * For margins, and for δ = 0 nearly the pooled score test. Assumes independent units. Unknown with `no-events` or
 * `all-events` where every unit is alike and δ is 0, and `no-units`; throws an `AnalysisInputError` for malformed input.
 * @example miettinenNurminenZ({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 0) // { z: 2.64132 }
 */
export function miettinenNurminenZ(table: Table, delta: number): Outcome<{ readonly z: number }> {
  requireTable(table);
  if (!(delta > -1 && delta < 1)) throw new AnalysisInputError('delta', 'above -1 and below 1');
  const { control, treatment } = table;
  if (control.units === 0 || treatment.units === 0) return unknown('no-units');
  if (delta === 0) {
    const [events, units] = [control.events + treatment.events, control.units + treatment.units];
    if (events === 0) return unknown('no-events');
    if (events === units) return unknown('all-events');
  }
  return { kind: 'estimate', z: scoreOf(table, delta) };
}

/**
 * Miettinen and Nurminen's interval of the difference of two proportions, treatment − control: all δ that their score test
 * does not reject, by bisection to the last bits. Never outside [−1, 1], and there for every table, also without
 * events. Assumes independent units, one at least in each arm; throws an `AnalysisInputError` for malformed input.
 * @param z critical value of the normal distribution, such as 1.96
 * @example miettinenNurminenInterval({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 1.959964) // [0.0528, 0.3382]
 */
export function miettinenNurminenInterval(table: Table, z: number): Interval {
  requireTable(table, 1);
  requirePositive('z', z);
  const inside = shareOf(table.treatment) - shareOf(table.control);
  const accepted = (delta: number) => Math.abs(scoreOf(table, delta)) < z;
  const search = (outside: -1 | 1) =>
    inside === outside ? outside : edgeBetween(accepted, { inside, outside }).outside;
  return [search(-1), search(1)];
}

function scoreOf({ control, treatment }: Table, delta: number): number {
  const { p1, q1, p2, q2 } = restrictedDifference(treatment, control, delta);
  const units = control.units + treatment.units;
  const variance = ((p1 * q1) / treatment.units + (p2 * q2) / control.units) * (units / (units - 1));
  // Every unit is alike and the hypothesis as good as theirs: the limit there.
  if (variance === 0) return 0;
  return (shareOf(treatment) - shareOf(control) - delta) / Math.sqrt(variance);
}
