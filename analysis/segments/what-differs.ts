import { holm } from '../multiplicity/index.ts';
import { type Outcome, unknown } from '../outcome.ts';
import { requireCount } from '../requirements.ts';
import { normalSurvival } from '../special/index.ts';
import { requireSegments, type SegmentEstimate } from './segment-estimate.ts';

/** The effects by the values of one dimension, each with the units (of both arms) that it stands for. */
export interface DimensionUnits {
  readonly dimension: string;
  readonly segments: readonly (SegmentEstimate & { readonly units: number })[];
}

/** What one value of a dimension does to the overall effect. */
export interface SegmentContribution {
  readonly dimension: string;
  readonly segment: string;
  /** Of the dimension's units, from 0 to 1. */
  readonly share: number;
  readonly estimate: number;
  /** share · estimate; those of a dimension sum to its overall effect. */
  readonly contribution: number;
  /** What the value adds to the overall effect by differing from the others: share · (estimate − overall). */
  readonly excess: number;
  /** The effect among all other units of the dimension. */
  readonly rest: number;
  /** (estimate − rest) / its standard error. */
  readonly z: number;
  /** Two-sided, of no difference from the rest, adjusted by Holm over all values of all dimensions. */
  readonly adjustedP: number;
}

/** Values of all dimensions, those that matter most first. */
export interface WhatDiffers {
  readonly ranked: readonly SegmentContribution[];
  /** Dimensions with fewer than two values that have units: nothing can differ there. */
  readonly leftOut: readonly string[];
}

/**
 * Where the overall effect comes from: the values of all dimensions, ranked by the size of their contribution to it,
 * w_k·δ_k with w_k = n_k/N (the terms of the post-stratified effect Σ w_k·δ_k), or by the size of their excess,
 * w_k·(δ_k − Σ w_j·δ_j) = w_k·(1 − w_k)·(δ_k − δ_rest), which large values do not lead merely by being large. Beside
 * each stands the test of its effect against that of the rest, z = (δ_k − δ_rest)/√(se_k² + se_rest²), adjusted by Holm
 * (1979). Assumes values without common units within a dimension. Unknown with `no-units`, `one-segment` (in every
 * dimension) or `overflow`.
 * @example whatDiffers([{ dimension: 'platform', segments: [
 *   { segment: 'iOS', estimate: -0.3, se: 0.05, units: 2000 },
 *   { segment: 'web', estimate: 0.1, se: 0.02, units: 8000 },
 * ] }]) // { ranked: [
 * //   { segment: 'web', share: 0.8, contribution: 0.08, excess: 0.064, rest: -0.3, z: 7.4278 },
 * //   { segment: 'iOS', share: 0.2, contribution: -0.06, excess: -0.064, rest: 0.1, z: -7.4278 },
 * // ] }
 */
export function whatDiffers(
  dimensions: readonly DimensionUnits[],
  order: 'contribution' | 'excess' = 'contribution',
): Outcome<WhatDiffers> {
  dimensions.forEach(({ segments }, i) => {
    requireSegments(`dimensions[${i}].segments`, segments);
    segments.forEach(({ units }, j) => {
      requireCount(`dimensions[${i}].segments[${j}].units`, units);
    });
  });
  const present = dimensions.map(({ dimension, segments }) => ({
    dimension,
    segments: segments.filter(({ units }) => units > 0),
  }));
  if (present.every(({ segments }) => segments.length === 0)) return unknown('no-units');
  const found = present.filter(({ segments }) => segments.length > 1).flatMap(contributionsOf);
  if (found.length === 0) return unknown('one-segment');
  if (!found.every(({ contribution, excess, z }) => [contribution, excess, z].every(Number.isFinite)))
    return unknown('overflow');
  const adjusted = holm(found.map(({ z }) => Math.min(1, 2 * normalSurvival(Math.abs(z)))));
  const ranked = found
    .map((one, i) => ({ ...one, adjustedP: adjusted[i] ?? 1 }))
    .sort((first, second) => Math.abs(second[order]) - Math.abs(first[order]));
  const leftOut = present.filter(({ segments }) => segments.length < 2).map(({ dimension }) => dimension);
  return { kind: 'estimate', ranked, leftOut };
}

function contributionsOf({ dimension, segments }: DimensionUnits): Omit<SegmentContribution, 'adjustedP'>[] {
  const total = segments.reduce((sum, { units }) => sum + units, 0);
  const largest = segments.reduce((found, { se }) => Math.max(found, se), 0);
  const others = withoutEach(segments.map(({ units }) => units));
  const effects = withoutEach(segments.map(({ units, estimate }) => (units / total) * estimate));
  const variances = withoutEach(segments.map(({ units, se }) => ((units / total) * (se / largest)) ** 2));
  return segments.map(({ segment, units, estimate, se }, i) => {
    const share = units / total;
    const restShare = (others[i] ?? 0) / total;
    const rest = (effects[i] ?? 0) / restShare;
    const restSe = (Math.sqrt(variances[i] ?? 0) / restShare) * largest;
    return {
      dimension,
      segment,
      share,
      estimate,
      contribution: share * estimate,
      excess: share * restShare * (estimate - rest),
      rest,
      z: (estimate - rest) / Math.hypot(se, restSe),
    };
  });
}

/** For each value the sum of all others, from both ends: taking it off the whole sum would cost digits. */
function withoutEach(values: readonly number[]): readonly number[] {
  const after = new Array<number>(values.length + 1).fill(0);
  for (let i = values.length - 1; i >= 0; i -= 1) after[i] = (after[i + 1] ?? 0) + (values[i] ?? 0);
  let before = 0;
  return values.map((value, i) => {
    const sum = before + (after[i + 1] ?? 0);
    before += value;
    return sum;
  });
}
