import { AnalysisInputError } from '../input-error.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount, requireFinite, requireFraction } from '../requirements.ts';
import type { QuantileEstimate } from './quantile-estimate.ts';
import { hasBounds, quantileSe } from './rank-bounds.ts';

/** The order statistics of one arm as a store hands them over: nobody needs the values themselves. */
export interface QuantileSummary {
  readonly n: number;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly quantile: number;
  /** The bounds stand at ν ± z√(ν(1−ν)/n) with the z of this two-sided alpha; .05 where not given. */
  readonly boundsAlpha?: number | undefined;
}

/**
 * A quantile and its standard error √((n − 1)/n)·(Y_U − Y_L)/2z from order statistics computed elsewhere (Deng, Knoblich
 * & Lu 2018, section 4.2). Unknown with `no-units`, `too-few-units` where n is so small that the bounds' ranks lie
 * outside 1 … n, or `overflow`.
 * @example summarizedQuantile({ quantile: 0.9, n: 11054, value: 7.157987489967789, lower: 7.098780136, upper: 7.217194844 }) // { se: 0.0302070 }
 */
export function summarizedQuantile(summary: QuantileSummary): Outcome<QuantileEstimate> {
  const { n, value, lower, upper, quantile, boundsAlpha = 0.05 } = summary;
  requireCount('n', n);
  requireFraction('quantile', quantile);
  requireFraction('boundsAlpha', boundsAlpha);
  requireFinite('value', value);
  requireFinite('lower', lower);
  requireFinite('upper', upper);
  if (lower > value) throw new AnalysisInputError('lower', 'at most the value');
  if (upper < value) throw new AnalysisInputError('upper', 'at least the value');
  if (n === 0) return unknown('no-units');
  if (!hasBounds(n, quantile, boundsAlpha)) return unknown('too-few-units');
  const se = quantileSe(n, lower, upper, boundsAlpha);
  return Number.isFinite(se) ? { kind: 'estimate', n, value, lower, upper, se } : unknown('overflow');
}
