import { AnalysisInputError } from '../input-error.ts';
import { requireCount, requireNotNegative } from '../requirements.ts';

/** Whole counts of as many arms as there are weights, of which at least one is above 0. */
export function requireArms(units: readonly number[], weights: readonly number[]): void {
  if (weights.length !== units.length)
    throw new AnalysisInputError('weights', `of length ${units.length}, as units is`);
  units.forEach((count, i) => {
    requireCount(`units[${i}]`, count);
  });
  requireWeights(weights);
}

/** Finite weights of at least 0, of which at least one is above 0. */
export function requireWeights(weights: readonly number[]): void {
  weights.forEach((weight, i) => {
    requireNotNegative(`weights[${i}]`, weight);
  });
  if (!weights.some((weight) => weight > 0))
    throw new AnalysisInputError('weights', 'above 0 for at least one arm');
}
