import { type Outcome, unknown } from '../outcome.ts';
import { normalSurvival } from '../special/index.ts';
import { eventDays } from './event-days.ts';
import { type RiskTable, requireRiskTable } from './risk-table.ts';

/** The two arms of one stratum, such as an epoch. */
export interface SurvivalStratum {
  readonly control: RiskTable;
  readonly treatment: RiskTable;
}

export interface LogRank {
  /** (O − E)²/V, with one degree of freedom. */
  readonly chiSquare: number;
  readonly df: 1;
  /** (O − E)/√V of the treatment: above 0 where its events come sooner. */
  readonly z: number;
  readonly p: number;
  /** The treatment's events, and those expected if its hazard were the control's. */
  readonly observed: number;
  readonly expected: number;
  /** Hypergeometric variance of `observed`. */
  readonly variance: number;
  /** (O − E)/V: Peto's one-step estimate of the logarithm of the ratio of hazards, treatment / control. */
  readonly logHazardRatio: number;
}

/**
 * The log-rank test of equal hazards, stratified: O − E and V of each stratum's event days added (Mantel 1966,
 * "Evaluation of survival data and two new rank order statistics"; Peto & Peto 1972). On a day with d events among n at
 * risk, m of them in treatment, E = d·m/n and V = d·(m/n)(1 − m/n)(n − d)/(n − 1). Sees proportional hazards best,
 * crossing ones hardly. Assumes that leaving has nothing to do with the event, alike in both arms. Unknown with
 * `no-units`, `no-events`, or `zero-variance` where events came only on days with one arm at risk.
 * @param strata each arm with a row for every day on which the other has an event, while it has units at risk
 * @example logRank([{ control: [{ day: 2, atRisk: 50, events: 20 }], treatment: [{ day: 2, atRisk: 50, events: 10 }] }]) // { chiSquare: 4.714286, p: 0.02991299 }
 */
export function logRank(strata: readonly SurvivalStratum[]): Outcome<LogRank> {
  strata.forEach(({ control, treatment }, i) => {
    requireRiskTable(`strata[${i}].control`, control);
    requireRiskTable(`strata[${i}].treatment`, treatment);
  });
  const unitsOf = (arm: 'control' | 'treatment') =>
    strata.reduce((sum, stratum) => sum + (stratum[arm][0]?.atRisk ?? 0), 0);
  if (unitsOf('control') === 0 || unitsOf('treatment') === 0) return unknown('no-units');
  const days = strata.flatMap((stratum, i) => eventDays(`strata[${i}]`, stratum.control, stratum.treatment));
  if (days.length === 0) return unknown('no-events');
  let [observed, expected, variance] = [0, 0, 0];
  for (const { control, treatment } of days) {
    const atRisk = control.atRisk + treatment.atRisk;
    const events = control.events + treatment.events;
    const share = treatment.atRisk / atRisk;
    observed += treatment.events;
    expected += events * share;
    if (atRisk > 1)
      variance += events * share * (control.atRisk / atRisk) * ((atRisk - events) / (atRisk - 1));
  }
  if (variance === 0) return unknown('zero-variance');
  const excess = observed - expected;
  const z = excess / Math.sqrt(variance);
  return {
    kind: 'estimate',
    chiSquare: z * z,
    df: 1,
    z,
    p: 2 * normalSurvival(Math.abs(z)),
    observed,
    expected,
    variance,
    logHazardRatio: excess / variance,
  };
}
