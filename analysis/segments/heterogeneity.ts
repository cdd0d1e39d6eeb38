import { type Outcome, unknown } from '../outcome.ts';
import { chiSquareSurvival } from '../special/index.ts';
import { inverseVarianceMean, requireSegments, type SegmentEstimate } from './segment-estimate.ts';

/** Do the effects of segments differ by more than chance? */
export interface Heterogeneity {
  /** Cochran's Q. */
  readonly q: number;
  /** Segments − 1. */
  readonly df: number;
  /** Of no difference between the segments' effects. */
  readonly p: number;
  /** I²: the share of the estimates' variation that is not chance, from 0 to 1; by its definition 0 where Q ≤ df. */
  readonly iSquared: number;
  /** τ²: the variance of the true effects (DerSimonian and Laird); by its definition 0 where Q ≤ df. */
  readonly tauSquared: number;
  /** The common effect, if there is one: the inverse-variance mean. */
  readonly common: { readonly estimate: number; readonly se: number };
}

/**
 * Cochran's test of heterogeneity, Q = Σ (δ_k − δ̄)²/se_k² ~ χ²(K − 1) around the inverse-variance mean δ̄ (Cochran 1954,
 * "The combination of estimates from different experiments"), with I² = (Q − df)/Q (Higgins & Thompson 2002, section
 * 3.3) and τ² = (Q − df)/(Σw − Σw²/Σw), w = 1/se² (DerSimonian & Laird 1986, "Meta-analysis in clinical trials",
 * equation 8), both 0 where Q ≤ df. Assumes segments without common units, about normal estimates, standard errors as
 * good as known. Unknown with `one-segment` or `overflow`.
 * @param segments of one dimension, in the metric's unit (or all as lifts)
 * @example heterogeneity([{ segment: 'iOS', estimate: 0.1, se: 0.1 }, { segment: 'web', estimate: 0.5, se: 0.1 }]) // { q: 8, df: 1, p: 0.004677734981047, iSquared: 0.875, tauSquared: 0.07 }
 */
export function heterogeneity(segments: readonly SegmentEstimate[]): Outcome<Heterogeneity> {
  requireSegments('segments', segments);
  if (segments.length < 2) return unknown('one-segment');
  const { estimate, se, weights } = inverseVarianceMean(segments, 0);
  const q = segments.reduce((sum, segment) => sum + ((segment.estimate - estimate) / segment.se) ** 2, 0);
  const df = segments.length - 1;
  // Σw = 1/se²; the weights sum to 1, so the divisor is (1 − Σweights²)/se².
  const spread = weights.reduce((sum, weight) => sum + weight * (1 - weight), 0);
  const excess = Math.max(0, q - df);
  const tauSquared = excess === 0 ? 0 : (excess / spread) * se * se;
  if (![q, estimate, tauSquared].every(Number.isFinite)) return unknown('overflow');
  return {
    kind: 'estimate',
    q,
    df,
    p: chiSquareSurvival(q, df),
    iSquared: excess === 0 ? 0 : excess / q,
    tauSquared,
    common: { estimate, se },
  };
}
