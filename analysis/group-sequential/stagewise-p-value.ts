import { AnalysisInputError } from '../input-error.ts';
import { requireFinite } from '../requirements.ts';
import { exitsOf, requireBounds } from './exit-probabilities.ts';
import type { Sided } from './information.ts';

/** Where a group-sequential test stopped, and what it had looked at before. */
export interface StagewiseInput {
  /** Bounds of the looks before the one at which it stopped; null where it could not stop. */
  readonly boundsBefore: readonly (number | null)[];
  /** Information fractions of all looks up to that one: one more than bounds. */
  readonly informationFractions: readonly number[];
  /** The statistic at that look. */
  readonly z: number;
  readonly sided: Sided;
}

/**
 * The p-value of a group-sequential test that has stopped, by stagewise ordering (Fairbanks & Madsen 1982, "P values for
 * tests using a repeated significance test design", Biometrika 69, 69–74): the probability under no effect to stop at an
 * earlier look, or at this one with as large a z. It accounts for the looks, which the p of a fixed test does not, and
 * does not depend on looks that were not taken. At most alpha if and only if the bound was crossed. Meant for the look at
 * which the test stopped or ended. Throws an `AnalysisInputError` for malformed input.
 * @example stagewisePValue({ boundsBefore: [2.1782721], informationFractions: [0.5, 1], z: 2.1782721, sided: 2 }) // { p: 0.05 }
 */
export function stagewisePValue(input: StagewiseInput): { readonly p: number } {
  const { boundsBefore, informationFractions, z, sided } = input;
  requireFinite('z', z);
  if (informationFractions.length !== boundsBefore.length + 1)
    throw new AnalysisInputError('informationFractions', `of length ${boundsBefore.length + 1}`);
  const bounds = [...boundsBefore, sided === 2 ? Math.abs(z) : z];
  requireBounds({ bounds, informationFractions, sided });
  return {
    p: Math.min(1, exitsOf({ bounds, informationFractions, drift: 0, sided }).cumulative.at(-1) ?? 1),
  };
}
