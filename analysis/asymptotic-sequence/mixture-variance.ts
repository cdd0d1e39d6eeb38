import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requirePositive } from '../requirements.ts';

/** Of no effect: against an effect on either side, above 0 or below 0. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/**
 * ρ², the variance of the normal mixture that makes a two-sided sequence narrowest at about N* units: (−2·ln α +
 * ln(1 − 2·ln α))/N* (Waudby-Smith et al., arXiv 2103.06476, appendix on tuning). N* and α are frozen when the experiment
 * starts: choosing them by the data voids the guarantee. Throws an `AnalysisInputError` for malformed input.
 * @param tuning N*, in units of both arms together
 * @example mixtureVariance(1, 0.05) // 7.9361546
 */
export function mixtureVariance(tuning: number, alpha: number): number {
  requirePositive('tuning', tuning);
  requireFraction('alpha', alpha);
  const twice = -2 * Math.log(alpha);
  return (twice + Math.log1p(twice)) / tuning;
}

/** Throws an `AnalysisInputError` unless alpha is above 0 and below 1, or below ½ for one side (which is tuned at 2α). */
export function requireAlpha(alpha: number, alternative: Alternative): void {
  requireFraction('alpha', alpha);
  if (alternative !== 'two-sided' && !(alpha < 0.5))
    throw new AnalysisInputError('alpha', 'below 0.5 for one side');
}
