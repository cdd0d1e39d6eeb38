import { AnalysisInputError } from '../input-error.ts';
import { requireNotNegative, requirePositive } from '../requirements.ts';

/** What is to be shown beyond a mere difference; such tests are one-sided. */
export interface Margin {
  /** `non-inferiority`: not worse than the control by the margin; `superiority`: better by more than the margin. */
  readonly claim: 'non-inferiority' | 'superiority';
  readonly kind: 'absolute' | 'relative';
  /** In the metric's unit, or a fraction of the control's mean. */
  readonly value: number;
  /** Which way the metric is harmed. */
  readonly harm: 'increase' | 'decrease';
  /** The control's mean, which a relative margin is relative to. */
  readonly controlMean?: number | undefined;
}

/** The test of D = mT − factor·mC − shift against 0, in the direction in which the claim lies. */
export interface MarginTest {
  readonly direction: 1 | -1;
  /** E[D] in that direction is direction·effect + offset. */
  readonly offset: number;
  /** 1 ± M for a relative margin M; its square weighs the control's variance. */
  readonly controlFactor: number;
}

/**
 * The linear form that tests a margin: for a relative margin M D = mT − (1 ± M)·mC with variance vT + (1 ± M)²·vC, +
 * where the bound lies above the control; for an absolute one δ ± margin with vT + vC (Fieller's approach; Hauschke et
 * al. 1999, "Sample size determination for proving equivalence based on the ratio of two means").
 */
export function marginTest(margin: Margin): MarginTest {
  const { claim, kind, value, harm } = margin;
  requireNotNegative('margin.value', value);
  const direction = harm === 'decrease' ? 1 : -1;
  const side = claim === 'superiority' ? 1 : -1;
  if (kind === 'absolute') return { direction, offset: -side * value, controlFactor: 1 };
  const { controlMean } = margin;
  if (controlMean === undefined)
    throw new AnalysisInputError('margin.controlMean', 'given with a relative margin');
  requirePositive('margin.controlMean', controlMean);
  const controlFactor = 1 + direction * side * value;
  if (!(controlFactor >= 0)) throw new AnalysisInputError('margin.value', 'at most 1 below the control');
  return { direction, offset: -side * value * controlMean, controlFactor };
}
