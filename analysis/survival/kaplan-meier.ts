import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFraction } from '../requirements.ts';
import { normalQuantile } from '../special/index.ts';
import { logLogInterval } from './log-log-interval.ts';
import { type RiskTable, requireRiskTable } from './risk-table.ts';

/** The curve from one day with events until the next. */
export interface SurvivalPoint {
  readonly day: number;
  readonly atRisk: number;
  readonly events: number;
  /** Share of units without an event through this day. */
  readonly survival: number;
  /** By Greenwood; 0 where the curve has reached 0, since nobody is left to vary. */
  readonly se: number;
  /** Null where the curve has reached 0: the log-log scale ends there. */
  readonly ci: Interval | null;
}

export interface SurvivalCurve {
  readonly units: number;
  readonly events: number;
  /** One point for each day with an event; before the first of them the curve is 1. */
  readonly points: readonly SurvivalPoint[];
  /** The first day on which the curve is at most ½; null while it stays above. */
  readonly median: number | null;
  /** The last day with anybody at risk: the curve says nothing about later ones unless it has reached 0. */
  readonly lastDay: number;
}

/**
 * The product-limit estimate S(t) = Π(1 − d/n) of the share of units without an event (Kaplan & Meier 1958,
 * "Nonparametric estimation from incomplete observations") with Greenwood's standard error S·√Σ d/(n(n − d)) (Greenwood
 * 1926) and the log-log interval S^exp(±z·se/(S·ln S)) (Kalbfleisch & Prentice 1980), which never leaves [0, 1]. Assumes
 * that why watching ends has nothing to do with when the event would have come. Unknown with `no-units`.
 * @example kaplanMeier([{ day: 1, atRisk: 10, events: 2 }, { day: 4, atRisk: 5, events: 1 }], 0.05) // { points: [{ survival: 0.8, se: 0.126491 }, { survival: 0.64, se: 0.175271 }] }
 */
export function kaplanMeier(table: RiskTable, alpha: number): Outcome<SurvivalCurve> {
  requireFraction('alpha', alpha);
  requireRiskTable('table', table);
  const first = table[0];
  const last = table.findLast(({ atRisk }) => atRisk > 0);
  if (first === undefined || last === undefined) return unknown('no-units');
  const z = -normalQuantile(alpha / 2);
  let survival = 1;
  let greenwood = 0;
  let events = 0;
  const points: SurvivalPoint[] = [];
  for (const row of table) {
    if (row.events === 0) continue;
    const left = row.atRisk - row.events;
    events += row.events;
    survival *= left / row.atRisk;
    greenwood += left === 0 ? 0 : row.events / row.atRisk / left;
    const relativeSe = Math.sqrt(greenwood);
    const ci = survival === 0 ? null : logLogInterval(survival, relativeSe, z);
    points.push({ ...row, survival, se: survival * relativeSe, ci });
  }
  const median = points.find((point) => point.survival <= 0.5)?.day ?? null;
  return { kind: 'estimate', units: first.atRisk, events, points, median, lastDay: last.day };
}
