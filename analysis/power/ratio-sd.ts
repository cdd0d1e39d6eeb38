import { AnalysisInputError } from '../input-error.ts';
import { requireFinite, requireNotNegative } from '../requirements.ts';

/** What is known beforehand of the two parts of a ratio, per unit. */
export interface RatioParts {
  readonly numeratorMean: number;
  readonly numeratorSd: number;
  /** Not 0. */
  readonly denominatorMean: number;
  readonly denominatorSd: number;
  /** From −1 to 1. */
  readonly correlation: number;
}

/**
 * The standard deviation between units that a ratio of means has for planning, that of its linearised values (y −
 * R·x)/x̄: √(s²y − 2R·s_xy + R²·s²x)/|x̄| (delta method; Deng, Knoblich & Lu 2018, "Applying the delta method in metric
 * analytics", section 2).
 * @example ratioSd({ numeratorMean: 2, numeratorSd: 3, denominatorMean: 4, denominatorSd: 2, correlation: 0.5 }) // 0.6614378
 */
export function ratioSd(parts: RatioParts): number {
  const { numeratorMean, numeratorSd, denominatorMean, denominatorSd, correlation } = parts;
  requireFinite('numeratorMean', numeratorMean);
  requireNotNegative('numeratorSd', numeratorSd);
  requireFinite('denominatorMean', denominatorMean);
  requireNotNegative('denominatorSd', denominatorSd);
  if (denominatorMean === 0) throw new AnalysisInputError('denominatorMean', 'other than 0');
  if (!(Math.abs(correlation) <= 1)) throw new AnalysisInputError('correlation', 'from -1 to 1');
  const shifted = (numeratorMean / denominatorMean) * denominatorSd;
  // (s_y − R·s_x)² + 2(1 − ρ)·s_y·R·s_x: nothing cancels to below 0.
  const squares = (numeratorSd - shifted) ** 2 + 2 * (1 - correlation) * numeratorSd * shifted;
  return Math.sqrt(Math.max(0, squares)) / Math.abs(denominatorMean);
}
