import { requireFraction, requireSided } from '../requirements.ts';
import { alphaSpent, requireSpending, type Spending } from './alpha-spent.ts';
import type { GroupSequentialBounds } from './bounds.ts';
import { boundsForAlphas } from './bounds-for-alphas.ts';
import { requireFractions, type Sided } from './information.ts';

/** Looks at information fractions that may be unequal and need not be planned, and the spending function that is. */
export interface LanDeMetsInput {
  /** Information over planned information: the last may be below 1 (not at the end yet) or above (more than planned). */
  readonly informationFractions: readonly number[];
  /** Of one side (`sided` 1) or of both. */
  readonly alpha: number;
  readonly sided: Sided;
  readonly spending: Spending;
}

/**
 * Group-sequential bounds by a spending function (Lan & DeMets 1983, "Discrete sequential boundaries for clinical
 * trials", Biometrika 70, 659–663; Reboussin et al. 2000 for the computation). For decisions with a known horizon: how much is spent
 * at a look depends only on its information, so neither number nor times of the looks need be fixed, as long as they are
 * not chosen by the results. Two-sided bounds are symmetric; each side spends the function of alpha/2. Assumes a statistic
 * that is (about) a Brownian motion in information. Throws an `AnalysisInputError` for malformed input.
 * @example lanDeMetsBounds({ informationFractions: equalFractions(3), alpha: 0.05, sided: 2, spending: 'obrien-fleming' }) // { z: [3.7103029, 2.5114275, 1.9930475] }
 */
export function lanDeMetsBounds(input: LanDeMetsInput): GroupSequentialBounds {
  const { informationFractions, alpha, sided, spending } = input;
  requireFractions('informationFractions', informationFractions);
  requireSided(sided);
  requireFraction('alpha', alpha);
  requireSpending(spending);
  const spent = informationFractions.map((t) => sided * alphaSpent(t, alpha / sided, spending));
  return boundsForAlphas({ informationFractions, alphaSpent: spent, sided });
}
