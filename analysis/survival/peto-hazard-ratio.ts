import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requireFraction, requirePositive } from '../requirements.ts';
import { normalQuantile } from '../special/index.ts';

export interface HazardRatio {
  /** Treatment's hazard over the control's: below 1 where its events come later. */
  readonly hazardRatio: number;
  readonly ci: Interval;
}

/**
 * Peto's one-step estimate of the ratio of hazards from a log-rank test, exp((O − E)/V), interval exp((O − E)/V ± z/√V)
 * (Yusuf, Peto et al. 1985, "Beta blockade during and after myocardial infarction"). It excludes 1 exactly when the
 * log-rank test rejects. Assumes proportional hazards; drawn towards 1 where the ratio is far from it. Unknown with
 * `overflow`.
 * @param test a log-rank test's log hazard ratio and variance
 * @example petoHazardRatio({ logHazardRatio: -0.5, variance: 25 }, 0.05) // { hazardRatio: 0.606531, ci: [0.40984, 0.89762] }
 */
export function petoHazardRatio(
  { logHazardRatio, variance }: { readonly logHazardRatio: number; readonly variance: number },
  alpha: number,
): Outcome<HazardRatio> {
  requireFraction('alpha', alpha);
  requireFinite('logHazardRatio', logHazardRatio);
  requirePositive('variance', variance);
  const half = -normalQuantile(alpha / 2) / Math.sqrt(variance);
  const hazardRatio = Math.exp(logHazardRatio);
  const ci = [Math.exp(logHazardRatio - half), Math.exp(logHazardRatio + half)] as const;
  return ci.every(Number.isFinite) ? { kind: 'estimate', hazardRatio, ci } : unknown('overflow');
}
