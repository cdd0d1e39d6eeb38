import { AnalysisInputError } from '../input-error.ts';
import { requireFinite, requirePositive } from '../requirements.ts';

/** The effect in one segment: an absolute difference or a lift, with its standard error. */
export interface SegmentEstimate {
  /** A value of the dimension: `iOS`. */
  readonly segment: string;
  readonly estimate: number;
  readonly se: number;
}

/** Estimates weighted by their precision: segments that do not differ are all estimates of one effect. */
export interface Weighted {
  readonly estimate: number;
  readonly se: number;
  /** Of each segment; they sum to 1. */
  readonly weights: readonly number[];
}

export function requireSegments(field: string, segments: readonly SegmentEstimate[]): void {
  const names = new Set<string>();
  segments.forEach(({ segment, estimate, se }, i) => {
    requireFinite(`${field}[${i}].estimate`, estimate);
    requirePositive(`${field}[${i}].se`, se);
    if (names.has(segment))
      throw new AnalysisInputError(`${field}[${i}].segment`, 'one that was not given before');
    names.add(segment);
  });
}

/** The inverse-variance mean, each segment's variance being se² + τ². */
export function inverseVarianceMean(segments: readonly SegmentEstimate[], tau: number): Weighted {
  const errors = segments.map(({ se }) => Math.hypot(se, tau));
  // Relative to the smallest, so that no square over- or underflows.
  const smallest = errors.reduce((least, error) => Math.min(least, error), Number.POSITIVE_INFINITY);
  const precisions = errors.map((error) => (smallest / error) ** 2);
  const total = precisions.reduce((sum, precision) => sum + precision, 0);
  const weights = precisions.map((precision) => precision / total);
  return {
    estimate: segments.reduce((sum, { estimate }, i) => sum + estimate * (weights[i] ?? 0), 0),
    se: smallest / Math.sqrt(total),
    weights,
  };
}
