import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite } from '../requirements.ts';
import { kaplanMeier } from './kaplan-meier.ts';
import type { RiskTable } from './risk-table.ts';

/** The curve on one day. */
export interface SurvivalOnDay {
  readonly survival: number;
  readonly se: number;
  readonly ci: Interval;
}

/**
 * The Kaplan–Meier estimate on one day, with Greenwood's standard error and the log-log interval. Unknown with
 * `no-units`, `beyond-follow-up` (nobody was watched until that day), `no-events` by that day or `all-events` (the curve
 * has reached 0), since the spread is then unknown rather than 0.
 * @example survivalOnDay([{ day: 1, atRisk: 10, events: 2 }, { day: 4, atRisk: 5, events: 1 }], 3, 0.05) // { survival: 0.8, se: 0.126491 }
 */
export function survivalOnDay(table: RiskTable, day: number, alpha: number): Outcome<SurvivalOnDay> {
  requireFinite('day', day);
  const curve = kaplanMeier(table, alpha);
  if (curve.kind === 'unknown') return curve;
  const point = curve.points.findLast((each) => each.day <= day);
  if (point !== undefined && point.ci === null) return unknown('all-events');
  if (day > curve.lastDay) return unknown('beyond-follow-up');
  if (point === undefined || point.ci === null) return unknown('no-events');
  return { kind: 'estimate', survival: point.survival, se: point.se, ci: point.ci };
}
