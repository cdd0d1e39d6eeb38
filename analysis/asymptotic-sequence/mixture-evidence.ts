import { requireFinite } from '../requirements.ts';
import { type MixtureSide, mixtureInformation } from './mixture-boundary.ts';
import { logNormalOdds } from './normal-odds.ts';

/**
 * ln E, the evidence of one look against "no effect" (one-sided: against an effect of 0 or on the other side) by a normal
 * mixture: two-sided −½·ln(1 + x) + x·z²/(2(1 + x)), one-sided E = 2(1 + x)^(−½)·exp(x·z²/(2(1 + x)))·Φ(z√(x/(1 + x))), z
 * negated for `less` (Robbins 1970; Waudby-Smith et al., arXiv 2103.06476). Asymptotically an e-process: with no effect it
 * reaches 1/α at any time with probability at most α, so its running maximum may be kept. In logarithms, since it
 * overflows. Throws an `AnalysisInputError` for malformed input.
 * @param z estimate over standard error at this look, up to 1e150 in size
 * @param n units of both arms together
 * @param tuning N*, frozen at the start as alpha is
 * @example mixtureLogE(4, 1000, 1000, 0.05) // 6.0097077
 */
export function mixtureLogE(
  z: number,
  n: number,
  tuning: number,
  alpha: number,
  side: MixtureSide = {},
): number {
  requireStatistic(z);
  const { alternative = 'two-sided' } = side;
  const x = mixtureInformation(n, tuning, alpha, side);
  const logRoot = 0.5 * Math.log1p(x);
  const shrunken = z * Math.sqrt(x / (1 + x));
  if (alternative === 'two-sided') return 0.5 * shrunken * shrunken - logRoot;
  return Math.LN2 - logRoot + logNormalOdds(alternative === 'greater' ? shrunken : -shrunken);
}

/**
 * ln p of one look at a normal mixture: −ln E, and at most 0. It is at most ln α exactly where z is beyond
 * `mixtureBoundary`; with the closed form p is √(1 + x)/(2(exp(x·z²/(2(1 + x))) − 1)), which makes that so. The mixture
 * and its source are those of `mixtureLogE`.
 * @example mixtureLogP(4, 1000, 1000, 0.05) // -6.0097077
 */
export function mixtureLogP(
  z: number,
  n: number,
  tuning: number,
  alpha: number,
  side: MixtureSide = {},
): number {
  const { alternative = 'two-sided', form = 'e-value' } = side;
  if (alternative === 'two-sided' || form === 'e-value')
    return Math.min(0, -mixtureLogE(z, n, tuning, alpha, side));
  requireStatistic(z);
  const x = mixtureInformation(n, tuning, alpha, side);
  const towards = alternative === 'greater' ? z : -z;
  if (towards <= 0) return 0;
  const shrunken = towards * Math.sqrt(x / (1 + x));
  const exponent = 0.5 * shrunken * shrunken;
  // ln(exp(exponent) − 1), for large ones without overflow.
  const growth = exponent > 1 ? exponent + Math.log1p(-Math.exp(-exponent)) : Math.log(Math.expm1(exponent));
  return Math.min(0, 0.5 * Math.log1p(x) - Math.LN2 - growth);
}

function requireStatistic(z: number): void {
  requireFinite('z', z);
  requireFinite('z²', z * z);
}
