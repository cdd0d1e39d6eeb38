import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requirePositive } from '../requirements.ts';

/** What was believed of the effect before the data, on the same scale as the estimate. */
export interface NormalPrior {
  readonly mean: number;
  readonly sd: number;
}

/** A normal distribution of the effect. */
export interface NormalBelief {
  readonly mean: number;
  readonly sd: number;
}

export interface PosteriorInput {
  /** Treatment − control in the metric's unit, or the relative lift as a fraction. */
  readonly estimate: number;
  readonly se: number;
  /** Null (or left out) for the flat prior, under which only the data speak. */
  readonly prior?: NormalPrior | null | undefined;
}

/**
 * The posterior of an effect by the normal–normal model: precisions add, and the mean is pulled towards the prior's by
 * the prior's share of them (Gelman et al. 2013, "Bayesian data analysis", 2.5, equation 2.10). Assumes an estimate that
 * is normal around the effect with a known standard error, as those of means, proportions and quantiles of large samples
 * are. Unknown with `overflow`.
 * @example normalPosterior({ estimate: 0.1, se: 0.05, prior: { mean: 0, sd: 0.05 } }) // { mean: 0.05, sd: 0.03535534 }
 */
export function normalPosterior({ estimate, se, prior }: PosteriorInput): Outcome<NormalBelief> {
  requireFinite('estimate', estimate);
  requirePositive('se', se);
  if (prior === null || prior === undefined) return { kind: 'estimate', mean: estimate, sd: se };
  requireFinite('prior.mean', prior.mean);
  requirePositive('prior.sd', prior.sd);
  // The share of precision that comes from the data; a ratio of 1e200 squares to ∞ and leaves all of it to one side.
  const fromData = 1 / (1 + (se / prior.sd) ** 2);
  const fromPrior = 1 / (1 + (prior.sd / se) ** 2);
  const mean = prior.mean * fromPrior + estimate * fromData;
  const sd = se / Math.hypot(1, se / prior.sd);
  return Number.isFinite(mean) && sd > 0 ? { kind: 'estimate', mean, sd } : unknown('overflow');
}
