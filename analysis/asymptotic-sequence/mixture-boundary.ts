import { AnalysisInputError } from '../input-error.ts';
import { requirePositive } from '../requirements.ts';
import { type Alternative, mixtureVariance, requireAlpha } from './mixture-variance.ts';
import { inverseLogNormalOdds } from './normal-odds.ts';

/** How a one-sided sequence is bounded: by its e-value, or by a closed form that is a little wider, as some tools do. */
export type OneSidedForm = 'e-value' | 'closed';

/** Two-sided, or which side and how. */
export interface MixtureSide {
  /** Two-sided where not given. */
  readonly alternative?: Alternative | undefined;
  /** By the e-value where not given; without meaning for two sides. */
  readonly form?: OneSidedForm | undefined;
}

/** Beyond this n is so far below N* that no boundary makes sense. */
const LEAST_INFORMATION = 1e-12;

/** x = nρ²: about 8 at n = N*. One-sided sequences are tuned at 2α. */
export function mixtureInformation(n: number, tuning: number, alpha: number, side: MixtureSide): number {
  const alternative = side.alternative ?? 'two-sided';
  requirePositive('n', n);
  requirePositive('tuning', tuning);
  requireAlpha(alpha, alternative);
  const x = n * mixtureVariance(tuning, alternative === 'two-sided' ? alpha : 2 * alpha);
  if (x < LEAST_INFORMATION) throw new AnalysisInputError('tuning', 'at most 1e12 times n');
  return x;
}

/**
 * The critical value of z = estimate/se at n units of a normal-mixture (asymptotic) confidence sequence: two-sided |z| is
 * beyond √((1 + 1/x)(ln(1 + x) + 2·ln(1/α))), x = nρ² (Robbins 1970, "Statistical methods related to the law of the
 * iterated logarithm"; Waudby-Smith et al., arXiv 2103.06476, theorem 2.2). One-sided it is the z whose e-value
 * (`mixtureLogE`) is 1/α, or in closed form √(2(1 + 1/x)·ln(1 + √(1 + x)/(2α))) (the same paper's appendix on one-sided
 * sequences). For watching without a horizon; asymptotic, so not for few units or much skew. Throws an
 * `AnalysisInputError` for malformed input.
 * @param n units of both arms together
 * @param tuning N*, frozen at the start as alpha is: the n at which the sequence is to be narrowest
 * @param alpha below ½ for one side; from about .1 on the tuning at 2α makes one-sided boundaries needlessly wide early
 * @example mixtureBoundary(1000, 1000, 0.05) // 3.035209
 */
export function mixtureBoundary(n: number, tuning: number, alpha: number, side: MixtureSide = {}): number {
  const { alternative = 'two-sided', form = 'e-value' } = side;
  const x = mixtureInformation(n, tuning, alpha, side);
  const logRoot = 0.5 * Math.log1p(x);
  const scale = Math.sqrt(1 + 1 / x);
  if (alternative === 'two-sided') return scale * Math.sqrt(2 * (logRoot - Math.log(alpha)));
  const logOdds = logRoot - Math.log(2 * alpha);
  if (form === 'e-value') return scale * inverseLogNormalOdds(logOdds);
  return scale * Math.sqrt(2 * (logOdds + Math.log1p(Math.exp(-logOdds))));
}
