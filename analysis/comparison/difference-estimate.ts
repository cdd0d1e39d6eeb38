import { type Outcome, unknown } from '../outcome.ts';

/**
 * One independent share of the variance of a difference δ, beside its share of the variance of the control's plain figure
 * a and of their covariance. A share of the treatment has nothing of the control's.
 */
export interface VariancePart {
  /** Of δ, perhaps adjusted. */
  readonly variance: number;
  /** Of a. */
  readonly control: number;
  /** −Cov(δ, a). */
  readonly shared: number;
  /** Degrees of freedom with which the share is known. */
  readonly df: number;
}

/**
 * A difference treatment − control with all that tests of it need: against 0, against a margin, and relative to the
 * control, whose D = δ − M·a has the variance Σ (variance + 2M·shared + M²·control) over the parts.
 */
export interface DifferenceEstimate {
  /** δ, perhaps adjusted by covariates. */
  readonly difference: number;
  /** a, the control's plain figure. */
  readonly control: number;
  readonly parts: readonly VariancePart[];
  /** Student's t with Satterthwaite's degrees of freedom for means, the normal for ratios. */
  readonly reference: 'student' | 'normal';
}

/** The variance of an estimate, and how well it is known. */
export interface EstimateVariance {
  readonly variance: number;
  readonly df: number;
}

/**
 * The variance of D = δ − M·a (of δ itself for M = 0), and its degrees of freedom by Satterthwaite (1946), V²/Σ v²/df over
 * the parts v. Unknown with `zero-variance` or `overflow`.
 * @param relativeTo M, a lift; 0 for an absolute difference
 * @example varianceOf({ difference: 1, control: 10, parts: [{ variance: 1, control: 1, shared: 1, df: 9 }, { variance: 1, control: 0, shared: 0, df: 9 }], reference: 'student' }, 0.5) // { variance: 3.25, df: 15.6804 }
 */
export function varianceOf(estimate: DifferenceEstimate, relativeTo: number): Outcome<EstimateVariance> {
  const shares = estimate.parts.map(({ variance, control, shared, df }) => ({
    // Never negative but for rounding: it is a variance.
    share: Math.max(0, variance + 2 * relativeTo * shared + relativeTo * relativeTo * control),
    df,
  }));
  const variance = shares.reduce((sum, { share }) => sum + share, 0);
  if (variance === 0) return unknown('zero-variance');
  // Shares of the variance, not the variances: their squares neither overflow nor vanish.
  const df = 1 / shares.reduce((sum, part) => sum + (part.share / variance) ** 2 / part.df, 0);
  if (!Number.isFinite(variance) || !Number.isFinite(df)) return unknown('overflow');
  return { kind: 'estimate', variance, df };
}

/** The adjusted estimate where it has a variance, else the plain one, whose lack of one is then the outcome. */
export function firstKnown(
  adjusted: DifferenceEstimate | null,
  plain: DifferenceEstimate,
): Outcome<DifferenceEstimate> {
  if (adjusted !== null && varianceOf(adjusted, 0).kind === 'estimate')
    return { kind: 'estimate', ...adjusted };
  const known = varianceOf(plain, 0);
  return known.kind === 'unknown' ? known : { kind: 'estimate', ...plain };
}
