import { type Outcome, unknown } from '../outcome.ts';
import { requirePositive } from '../requirements.ts';
import { edgeBetween } from '../roots/index.ts';
import type { Table } from './proportion-tables.ts';
import { shareOf } from './proportion-tables.ts';
import { requireTable } from './require-table.ts';
import { restrictedRatio } from './restricted-ratio.ts';

/** A ratio's bounds; the upper is null where it has none. */
export type RatioInterval = readonly [lower: number, upper: number | null];

/**
 * Miettinen and Nurminen's score test of pT/pC = R (Miettinen & Nurminen 1985, "Comparative analysis of two rates",
 * equations 10–12): z = (p̂T − R·p̂C)/√V, V = (p̃T(1 − p̃T)/nT + R²·p̃C(1 − p̃C)/nC)·N/(N − 1) at the restricted maximum
 * likelihood estimates. For margins relative to the control's proportion. Unknown with `no-units`, `no-events`, and
 * `all-events` where R is 1; throws an `AnalysisInputError` for malformed input.
 * @example miettinenNurminenRatioZ({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 1) // { z: 2.64132 }
 */
export function miettinenNurminenRatioZ(table: Table, ratio: number): Outcome<{ readonly z: number }> {
  requireTable(table);
  requirePositive('ratio', ratio);
  const { control, treatment } = table;
  if (control.units === 0 || treatment.units === 0) return unknown('no-units');
  const [events, units] = [control.events + treatment.events, control.units + treatment.units];
  if (events === 0) return unknown('no-events');
  if (events === units && ratio === 1) return unknown('all-events');
  return { kind: 'estimate', z: scoreOf(table, ratio) };
}

/**
 * Miettinen and Nurminen's interval of the ratio of two proportions, treatment / control: all R that their score test does
 * not reject, by bisection to the last bits. It starts at 0 where the treatment has no events and has no end (null) where the
 * control has none. Unknown with `no-units` or `no-events`; throws an `AnalysisInputError` for malformed input.
 * @param z critical value of the normal distribution, such as 1.96
 * @example miettinenNurminenRatioInterval({ control: { events: 48, units: 80 }, treatment: { events: 56, units: 70 } }, 1.959964) // { ci: [1.079, 1.6721] }
 */
export function miettinenNurminenRatioInterval(
  table: Table,
  z: number,
): Outcome<{ readonly ci: RatioInterval }> {
  requireTable(table);
  requirePositive('z', z);
  const { control, treatment } = table;
  if (control.units === 0 || treatment.units === 0) return unknown('no-units');
  if (control.events + treatment.events === 0) return unknown('no-events');
  const estimate = shareOf(treatment) / shareOf(control);
  const inside = control.events === 0 ? LARGEST : Math.max(SMALLEST, estimate);
  const accepted = (ratio: number) => Math.abs(scoreOf(table, ratio)) < z;
  const search = (outside: number) => edgeBetween(accepted, { inside, outside }, geometricMean).outside;
  return {
    kind: 'estimate',
    ci: [treatment.events === 0 ? 0 : search(SMALLEST), control.events === 0 ? null : search(LARGEST)],
  };
}

// Far beyond any ratio of counts that doubles can hold, and far from where squares overflow.
const SMALLEST = 1e-40;
const LARGEST = 1e40;

function geometricMean(a: number, b: number): number {
  return Math.sqrt(a) * Math.sqrt(b);
}

function scoreOf({ control, treatment }: Table, ratio: number): number {
  const { p1, q1, p2, q2 } = restrictedRatio(treatment, control, ratio);
  const units = control.units + treatment.units;
  const variance =
    ((p1 * q1) / treatment.units + ratio * ratio * ((p2 * q2) / control.units)) * (units / (units - 1));
  // Every unit is alike and the hypothesis as good as theirs: the limit there.
  if (variance === 0) return 0;
  return (shareOf(treatment) - ratio * shareOf(control)) / Math.sqrt(variance);
}
