import { AnalysisInputError } from '../input-error.ts';
import { requireNotNegative } from '../requirements.ts';

/** Which change of a metric does harm. */
export type Harmful = 'increase is harmful' | 'decrease is harmful';

/** In the metric's unit, or as a fraction of the control's figure. */
export type MarginKind = 'absolute' | 'relative';

/** How far a metric may move, or must. */
export interface Margin {
  readonly kind: MarginKind;
  /** At least 0: 0.1 is a tenth of the control's figure where the margin is relative. */
  readonly value: number;
}

/** What a test against a margin is to show. */
export interface MarginQuestion {
  /** That harm stays inside the margin, or that the benefit goes beyond it. */
  readonly purpose: 'non-inferiority' | 'superiority';
  readonly harmful: Harmful;
  readonly margin: Margin;
  /** One-sided. */
  readonly alpha: number;
}

/** The edge of a hypothesis: the effect `at`, and the side of it where the effect is to be shown. */
export interface Boundary {
  readonly kind: MarginKind;
  /** A difference in the metric's unit, or a lift. */
  readonly at: number;
  readonly side: 'below' | 'above';
}

/** The edge that a question puts to the test; the hypothesis holds it and all that is worse. */
export function boundaryOf({ purpose, harmful, margin, alpha }: MarginQuestion): Boundary {
  requireOneSidedAlpha(alpha);
  requireNotNegative('margin.value', margin.value);
  const side = harmful === 'increase is harmful' ? 'below' : 'above';
  const upwards = (side === 'below') === (purpose === 'non-inferiority');
  // Never −0.
  const at = upwards || margin.value === 0 ? margin.value : -margin.value;
  requireReachable('margin.value', { kind: margin.kind, at, side });
  return { kind: margin.kind, at, side };
}

/** A one-sided α: at ½ the bound would be the estimate itself. */
export function requireOneSidedAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 0.5)) throw new AnalysisInputError('alpha', 'above 0 and below 0.5');
}

/** A lift below −1 would need a control and a treatment of different signs. */
export function requireReachable(field: string, { kind, at }: Boundary): void {
  if (kind === 'relative' && at < -1)
    throw new AnalysisInputError(field, 'at most 1, as it is a relative decrease');
}

/** A difference of proportions lies inside ±1, and a ratio above 0. */
export function requireReachableByProportions(field: string, { kind, at }: Boundary): void {
  if (Math.abs(at) >= 1 && (kind === 'absolute' || at < 0))
    throw new AnalysisInputError(field, 'below 1, as it is about proportions');
}
