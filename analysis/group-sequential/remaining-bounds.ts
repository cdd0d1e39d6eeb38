import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requireSided } from '../requirements.ts';
import { alphaSpent, requireSpending, type Spending } from './alpha-spent.ts';
import type { GroupSequentialBounds } from './bounds.ts';
import { boundsForAlphas } from './bounds-for-alphas.ts';
import type { Sided } from './information.ts';

/** A look that has been taken. */
export interface PastLook {
  /** Information then, over the information now planned. */
  readonly informationFraction: number;
  /** Alpha spent up to it, of one side or of both, as the bounds of the time said. */
  readonly alphaSpent: number;
}

/** What has been spent, and the looks to come. */
export interface RemainingInput {
  readonly past: readonly PastLook[];
  /** Information fractions of the looks to come, the next one first. */
  readonly informationFractions: readonly number[];
  readonly alpha: number;
  readonly sided: Sided;
  readonly spending: Spending;
}

/**
 * Bounds of the looks to come in mid-experiment, given the alpha that past looks have spent and the information they
 * really had (Lan & DeMets 1983, section 3; Jennison & Turnbull 2000, 7.4): they spend what the spending function allows
 * beyond that. Where it allows nothing yet, because the plan has grown, the bound is null. Past looks come first in the
 * result, with the bounds that follow from their alpha. Throws an `AnalysisInputError` for malformed input.
 * @example remainingBounds({ past: [{ informationFraction: 0.3, alphaSpent: 0.001 }], informationFractions: [0.6, 1], alpha: 0.05, sided: 2, spending: 'obrien-fleming' }) // { z: [3.2905267, 2.6961043, 1.982431] }
 */
export function remainingBounds(input: RemainingInput): GroupSequentialBounds {
  const { past, informationFractions, alpha, sided, spending } = input;
  requireSided(sided);
  requireFraction('alpha', alpha);
  requireSpending(spending);
  past.forEach((look, i) => {
    if (!(look.alphaSpent >= (past[i - 1]?.alphaSpent ?? 0) && look.alphaSpent <= alpha))
      throw new AnalysisInputError(
        `past[${i}].alphaSpent`,
        'at least that of the look before and at most alpha',
      );
  });
  const already = past[past.length - 1]?.alphaSpent ?? 0;
  return boundsForAlphas({
    informationFractions: [...past.map((look) => look.informationFraction), ...informationFractions],
    alphaSpent: [
      ...past.map((look) => look.alphaSpent),
      ...informationFractions.map((t) =>
        Math.max(already, sided * alphaSpent(Math.max(0, t), alpha / sided, spending)),
      ),
    ],
    sided,
  });
}
