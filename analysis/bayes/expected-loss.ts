import { requireFinite, requirePositive } from '../requirements.ts';
import { normalCdf } from '../special/index.ts';
import type { NormalBelief } from './normal-posterior.ts';

const SQRT_TWO_PI = 2.5066282746310002;

/** What each decision is expected to cost, in the unit of the effect, where a larger metric is better. */
export interface ExpectedLoss {
  /** E[max(δ, 0)]: by how much the treatment is expected to be better, which keeping the control forgoes. */
  readonly better: number;
  /** E[max(−δ, 0)]: by how much it is expected to be worse, the risk of shipping it. */
  readonly worse: number;
}

/**
 * The expected losses ("risk") of keeping the control and of shipping the treatment under a normal belief N(m, s):
 * s·φ(m/s) + m·Φ(m/s) and s·φ(m/s) − m·Φ(−m/s) (Stucchio 2015, "Bayesian A/B testing at VWO"; the unit normal loss
 * integral, Raiffa & Schlaifer 1961). They differ by m. Where a smaller metric is better, swap them.
 * @example expectedLoss({ mean: 0.1, sd: 0.05 }) // { better: 0.1004245351, worse: 0.0004245351 }
 */
export function expectedLoss({ mean, sd }: NormalBelief): ExpectedLoss {
  requireFinite('mean', mean);
  requirePositive('sd', sd);
  const lesser = sd * unitNormalLoss(Math.abs(mean / sd));
  return mean >= 0 ? { better: lesser + mean, worse: lesser } : { better: lesser, worse: lesser - mean };
}

/**
 * φ(t) − t·Φ(−t) for t ≥ 0. From 1.5 on, where the terms cancel, by the ratios of the repeated integrals of φ, each 1/(t
 * + n·next) (Abramowitz & Stegun 7.2.5, backwards), so that the relative error stays at some units in the last place.
 */
function unitNormalLoss(t: number): number {
  const density = Math.exp((-t * t) / 2) / SQRT_TWO_PI;
  if (t < 1.5) return density - t * normalCdf(-t);
  let ratio = 0;
  for (let n = 300; n >= 2; n -= 1) ratio = 1 / (t + n * ratio);
  return density * ratio * (1 / (t + ratio));
}
