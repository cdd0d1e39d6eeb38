import { holm } from '../multiplicity/index.ts';
import type { Outcome } from '../outcome.ts';
import { withinField } from '../requirements.ts';
import { type Heterogeneity, heterogeneity } from './heterogeneity.ts';
import type { SegmentEstimate } from './segment-estimate.ts';

/** Estimates by the values of one dimension: `platform`. */
export interface Dimension {
  readonly dimension: string;
  readonly segments: readonly SegmentEstimate[];
}

/** One dimension's heterogeneity, its p also adjusted for all dimensions that were looked at. */
export interface DimensionHeterogeneity {
  readonly dimension: string;
  readonly outcome: Outcome<Heterogeneity & { readonly adjustedP: number }>;
}

/**
 * Cochran's test in each of several dimensions, p-values adjusted by Holm over those that have one, in the order of the
 * input. With 20 dimensions and no difference anywhere, the adjusted test finds one in 5 % of experiments at α = .05, the
 * plain one in 64 %. A dimension with fewer than two segments is unknown with `one-segment`.
 * @example heterogeneityOverDimensions([
 *   { dimension: 'platform', segments: [{ segment: 'iOS', estimate: 0.1, se: 0.1 }, { segment: 'web', estimate: 0.5, se: 0.1 }] },
 *   { dimension: 'country', segments: [{ segment: 'DE', estimate: 0.3, se: 0.1 }] },
 * ]) // [
 * //   { dimension: 'platform', outcome: { adjustedP: 0.004677734981047 } },
 * //   { dimension: 'country', outcome: { kind: 'unknown', reason: 'one-segment' } },
 * // ]
 */
export function heterogeneityOverDimensions(
  dimensions: readonly Dimension[],
): readonly DimensionHeterogeneity[] {
  const tested = dimensions.map(({ dimension, segments }, i) => ({
    dimension,
    outcome: withinField(`dimensions[${i}]`, () => heterogeneity(segments)),
  }));
  const adjusted = holm(
    tested.flatMap(({ outcome }) => (outcome.kind === 'estimate' ? [outcome.p] : [])),
  ).values();
  return tested.map(({ dimension, outcome }) => ({
    dimension,
    outcome:
      outcome.kind === 'unknown' ? outcome : { ...outcome, adjustedP: adjusted.next().value ?? outcome.p },
  }));
}
