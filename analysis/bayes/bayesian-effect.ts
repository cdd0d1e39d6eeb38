import type { Interval } from '../effects.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireFinite, requireFraction } from '../requirements.ts';
import { normalCdf, normalQuantile, normalSurvival } from '../special/index.ts';
import { type ExpectedLoss, expectedLoss } from './expected-loss.ts';
import { normalPosterior, type PosteriorInput } from './normal-posterior.ts';

export interface BayesianInput extends PosteriorInput {
  /** The credible interval holds the effect with probability 1 − alpha. */
  readonly alpha: number;
  /** The effect that the treatment must beat; 0 where not given. */
  readonly threshold?: number | undefined;
}

/** What is believed of an effect after the data. */
export interface BayesianResult {
  readonly mean: number;
  readonly sd: number;
  /** Equal-tailed credible interval. */
  readonly ci: Interval;
  /** P(effect > threshold) and P(effect < threshold), each exact in its small tail. */
  readonly chanceToBeat: number;
  readonly chanceToLose: number;
  /** Against the threshold. */
  readonly loss: ExpectedLoss;
}

/**
 * The Bayesian reading of an estimate: posterior by the normal–normal model, chance to beat control Φ(m/s), equal-tailed
 * credible interval m ± z·s, expected losses of both decisions. The scale is the estimate's: a difference, or a lift with
 * its delta-method standard error. Watching it continuously does not keep any false-alarm rate. Assumptions as in
 * `normalPosterior`. Unknown with `overflow`.
 * @example bayesianEffect({ estimate: 0.1, se: 0.05, alpha: 0.05 }) // { mean: 0.1, sd: 0.05, ci: [0.00200180, 0.19799820], chanceToBeat: 0.97724987, loss: { worse: 0.0004245351 } }
 */
export function bayesianEffect(input: BayesianInput): Outcome<BayesianResult> {
  const { alpha, threshold = 0 } = input;
  requireFraction('alpha', alpha);
  requireFinite('threshold', threshold);
  const posterior = normalPosterior(input);
  if (posterior.kind === 'unknown') return posterior;
  const { mean, sd } = posterior;
  const half = -normalQuantile(alpha / 2) * sd;
  const above = mean - threshold;
  const ci = [mean - half, mean + half] as const;
  const z = above / sd;
  if (![above, z, ...ci].every(Number.isFinite)) return unknown('overflow');
  const loss = expectedLoss({ mean: above, sd });
  return {
    kind: 'estimate',
    mean,
    sd,
    ci,
    chanceToBeat: normalSurvival(-z),
    chanceToLose: normalCdf(-z),
    loss,
  };
}
