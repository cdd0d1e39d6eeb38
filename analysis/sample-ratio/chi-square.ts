import { type Outcome, unknown } from '../outcome.ts';
import { chiSquareSurvival } from '../special/index.ts';
import { requireArms } from './require-arms.ts';

/** Units per arm against what the weights promise. */
export interface SampleRatio {
  /** Pearson's χ²; null (it is infinite, and p is 0) where an arm of weight 0 has units. */
  readonly chiSquare: number | null;
  readonly df: number;
  readonly p: number;
  /** Units expected per arm, in the order given. */
  readonly expected: readonly number[];
}

/** The arms of one epoch, in the same order. */
export interface SampleRatioInput {
  /** Distinct units whose first impression showed the arm. */
  readonly units: readonly number[];
  /** Declared shares, in any unit: only their proportions count. */
  readonly weights: readonly number[];
}

/**
 * Pearson's χ² test of goodness of fit of the arms' units to their weights (Pearson 1900). Arms of weight 0 add no
 * degree of freedom and must be empty: a single unit there is impossible under the weights. Unknown with `no-units`,
 * `one-arm` or `overflow`. Meant for units, never for events: events of one unit are not independent.
 * @example sampleRatioChiSquare({ units: [1000, 1200], weights: [0.5, 0.5] }) // { p: 2.0079e-5 }
 */
export function sampleRatioChiSquare({ units, weights }: SampleRatioInput): Outcome<SampleRatio> {
  requireArms(units, weights);
  const total = units.reduce((sum, count) => sum + count, 0);
  if (total === 0) return unknown('no-units');
  const largest = Math.max(...weights);
  const weightTotal = weights.reduce((sum, weight) => sum + weight / largest, 0);
  const expected = weights.map((weight) => total * (weight / largest / weightTotal));
  const df = weights.filter((weight) => weight > 0).length - 1;
  if (units.some((count, i) => count > 0 && weights[i] === 0)) {
    return { kind: 'estimate', chiSquare: null, df, p: 0, expected };
  }
  if (df === 0) return unknown('one-arm');
  let chiSquare = 0;
  expected.forEach((expectation, i) => {
    const excess = (units[i] ?? 0) - expectation;
    if (weights[i] !== 0) chiSquare += excess * (excess / expectation);
  });
  if (!Number.isFinite(chiSquare)) return unknown('overflow');
  return { kind: 'estimate', chiSquare, df, p: chiSquareSurvival(chiSquare, df), expected };
}
