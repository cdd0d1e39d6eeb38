import type { AbsoluteEffect } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import type { RiskTable } from './risk-table.ts';
import { type SurvivalOnDay, survivalOnDay } from './survival-on-day.ts';

/** Two arms, a day by which they are compared, and the two-sided alpha of the interval. */
export interface SurvivalComparisonInput {
  readonly control: RiskTable;
  readonly treatment: RiskTable;
  readonly day: number;
  readonly alpha: number;
}

export interface SurvivalComparison {
  /** Two-sided, of equal survival on that day. */
  readonly p: number;
  readonly absolute: AbsoluteEffect;
  readonly control: SurvivalOnDay;
  readonly treatment: SurvivalOnDay;
}

/**
 * Difference of two arms' Kaplan–Meier estimates on one day fixed in advance, treatment − control, with se =
 * √(Greenwood's variances' sum) and a normal test (Klein & Moeschberger 2003, "Survival analysis", 7.8). For the whole
 * curve use the log-rank test. Assumes independent arms and enough events by that day. Unknown where either arm is, as
 * in `survivalOnDay`.
 * @example compareSurvival({ control: [{ day: 2, atRisk: 50, events: 20 }], treatment: [{ day: 2, atRisk: 50, events: 10 }], day: 2, alpha: 0.05 }) // { p: 0.02534732, absolute: { estimate: 0.2, se: 0.0894427 } }
 */
export function compareSurvival(input: SurvivalComparisonInput): Outcome<SurvivalComparison> {
  const { day, alpha } = input;
  const control = survivalOnDay(input.control, day, alpha);
  if (control.kind === 'unknown') return control;
  const treatment = survivalOnDay(input.treatment, day, alpha);
  if (treatment.kind === 'unknown') return treatment;
  const se = Math.hypot(control.se, treatment.se);
  const estimate = treatment.survival - control.survival;
  const statistic = estimate / se;
  if (!Number.isFinite(statistic)) return unknown('overflow');
  const half = -normalQuantile(alpha / 2) * se;
  return {
    kind: 'estimate',
    p: 2 * normalSurvival(Math.abs(statistic)),
    absolute: { estimate, ci: [estimate - half, estimate + half], se, statistic, df: null },
    control: { survival: control.survival, se: control.se, ci: control.ci },
    treatment: { survival: treatment.survival, se: treatment.se, ci: treatment.ci },
  };
}
