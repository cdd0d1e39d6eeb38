import { AnalysisInputError } from '../input-error.ts';
import { epochShare } from '../multiplicity/index.ts';
import { requireProbability } from '../requirements.ts';

/** What any epoch's evidence says of the whole. */
export interface OverEpochs {
  /** Valid at any time and over all epochs together. */
  readonly p: number;
  /** The epoch that it comes from, counted from 1; 1 where none says anything. */
  readonly epoch: number;
}

/**
 * One p for the whole from the sequential p of each epoch in their order: min over k of p_k·π²k²/6, at most 1, so that it
 * is at most α exactly when some epoch's p_k is at most `epochAlpha(α, k)` (Bonferroni 1936 with weights). Evidence of
 * epochs is never multiplied: the same heavy users return in the same arm.
 * @param pValues the running minimum of 1/E of each epoch, in their order
 * @example pOverEpochs([0.5, 0.001]) // { p: 0.00657973627, epoch: 2 }
 */
export function pOverEpochs(pValues: readonly number[]): OverEpochs {
  if (pValues.length === 0) throw new AnalysisInputError('pValues', 'of at least one epoch');
  let best: OverEpochs = { p: 1, epoch: 1 };
  for (const [i, p] of pValues.entries()) {
    requireProbability(`pValues[${i}]`, p);
    const adjusted = Math.min(1, p / epochShare(i + 1));
    if (adjusted < best.p) best = { p: adjusted, epoch: i + 1 };
  }
  return best;
}
