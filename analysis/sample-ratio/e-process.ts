import { type Outcome, unknown } from '../outcome.ts';
import { logBayesFactor } from './log-bayes-factor.ts';
import { logMeanExp } from './log-mean-exp.ts';
import { DEFAULT_PRIOR, dirichletsOf, requirePrior, type SampleRatioPrior } from './prior.ts';
import { requireArms } from './require-arms.ts';

/** Evidence against the weights. */
export interface SampleRatioEvidence {
  /** ln E, E being worth as much as odds against the weights; null (E is infinite) where an arm of weight 0 has units. */
  readonly logE: number | null;
  /** min(1, 1/E). */
  readonly p: number;
}

/** The arms of one epoch, in the same order. */
export interface SampleRatioEProcessInput {
  /** Distinct units whose first impression showed the arm, also those excluded later: counts never fall. */
  readonly units: readonly number[];
  /** Declared shares, in any unit: only their proportions count. */
  readonly weights: readonly number[];
  /** Around the weights with k = 10 … 10⁵, averaged, unless said otherwise. */
  readonly prior?: SampleRatioPrior;
}

/**
 * The multinomial e-process of Lindon & Malek (2022, "Anytime-valid inference for multinomial count data", eq. 9) of the
 * arms' units against their weights: exact in finite samples, however often one looks. Reject where E ≥ 1/α. For units as
 * they arrive in the experiment, independent of each other, never for events. This is one look; `observeSampleRatio` keeps
 * the running maximum over looks and starts afresh at times. Unknown with `no-units` or `one-arm`.
 * @example sampleRatioEProcess({ units: [1000, 1200], weights: [0.5, 0.5], prior: { concentrations: [100] } }) // { logE: 7.140302, p: 0.000792513 }
 */
export function sampleRatioEProcess({
  units,
  weights,
  prior = DEFAULT_PRIOR,
}: SampleRatioEProcessInput): Outcome<SampleRatioEvidence> {
  requireArms(units, weights);
  requirePrior(prior, weights.length);
  if (units.every((count) => count === 0)) return unknown('no-units');
  if (isImpossible(units, weights)) return { kind: 'estimate', logE: null, p: 0 };
  if (weights.filter((weight) => weight > 0).length === 1) return unknown('one-arm');
  const logE = logEvidence(units, weights, prior);
  return { kind: 'estimate', logE, p: Math.exp(-Math.max(0, logE)) };
}

/** Whether an arm of weight 0 has units. */
export function isImpossible(units: readonly number[], weights: readonly number[]): boolean {
  return units.some((count, i) => count > 0 && weights[i] === 0);
}

/** ln E of the units of arms that may have some, averaged over the Dirichlets. */
export function logEvidence(
  units: readonly number[],
  weights: readonly number[],
  prior: SampleRatioPrior,
): number {
  const arms = weights.flatMap((weight, i) => (weight > 0 ? [i] : []));
  const largest = Math.max(...weights);
  const total = weights.reduce((sum, weight) => sum + weight / largest, 0);
  const shares = arms.map((arm) => (weights[arm] ?? 0) / largest / total);
  const counts = arms.map((arm) => units[arm] ?? 0);
  return logMeanExp(
    dirichletsOf(prior, arms, shares).map((dirichlet) => logBayesFactor(counts, shares, dirichlet)),
  );
}
