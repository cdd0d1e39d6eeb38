import { requireFraction, requireSided } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import type { GroupSequentialBounds } from './bounds.ts';
import { exitsOf } from './exit-probabilities.ts';
import type { Fineness } from './grid.ts';
import { requireFewLooks, requireWholeFractions, type Sided } from './information.ts';
import { rootByStages } from './root.ts';

/** Looks that are planned beforehand, at most 50, at equal or unequal information fractions of which the last is 1. */
export interface ClassicInput {
  readonly informationFractions: readonly number[];
  /** Of one side (`sided` 1) or of both. */
  readonly alpha: number;
  readonly sided: Sided;
}

/**
 * Pocock's bounds: the same critical value at every planned look (Pocock 1977, "Group sequential methods in the design
 * and analysis of clinical trials", Biometrika 64, 191–199), so that early stops are easy and the last look is dear. For
 * looks that are not planned take `lanDeMetsBounds`. Assumes a statistic that is (about) a Brownian motion in information.
 * Throws an `AnalysisInputError` for malformed input.
 * @example pocockBounds({ informationFractions: equalFractions(3), alpha: 0.05, sided: 2 }) // { z: [2.2894781, 2.2894781, 2.2894781] }
 */
export function pocockBounds(input: ClassicInput): GroupSequentialBounds {
  return boundsOfShape(input, 0.5);
}

/**
 * O'Brien and Fleming's bounds: C/√t at information fraction t (O'Brien & Fleming 1979, "A multiple testing procedure for
 * clinical trials", Biometrics 35, 549–556), so that early stops are rare and the last look is nearly a fixed test. For
 * looks that are not planned take `lanDeMetsBounds`. Assumes a statistic that is (about) a Brownian motion in information.
 * Throws an `AnalysisInputError` for malformed input.
 * @example obrienFlemingBounds({ informationFractions: equalFractions(3), alpha: 0.025, sided: 1 }) // { z: [3.4710914, 2.4544323, 2.0040356] }
 */
export function obrienFlemingBounds(input: ClassicInput): GroupSequentialBounds {
  return boundsOfShape(input, 0);
}

/** C·t^(power − ½), with C such that the test has size alpha (Wang & Tsiatis 1987, Biometrics 43, 193–199). */
function boundsOfShape(
  { informationFractions, alpha, sided }: ClassicInput,
  power: number,
): GroupSequentialBounds {
  requireWholeFractions('informationFractions', informationFractions);
  requireFewLooks('informationFractions', informationFractions);
  requireSided(sided);
  requireFraction('alpha', alpha);
  const shape = informationFractions.map((t) => t ** (power - 0.5));
  const exitsAt = (constant: number, fineness: Fineness) =>
    exitsOf({ bounds: shape.map((s) => constant * s), informationFractions, drift: 0, sided }, fineness);
  // The last look alone does not spend too much, and all looks together at most the sum of their alphas (Bonferroni).
  // On the normal scale the size is nearly a straight line.
  const target = normalQuantile(alpha);
  const constant = rootByStages(
    (c, fineness) => target - normalQuantile(exitsAt(c, fineness).cumulative.at(-1) ?? 1),
    -normalQuantile(alpha / sided),
    -normalQuantile(alpha / sided / informationFractions.length),
  );
  const z = shape.map((s) => constant * s);
  return {
    informationFractions,
    sided,
    z,
    nominalP: z.map((bound) => sided * normalSurvival(bound)),
    alphaSpent: exitsAt(constant, 'fine').cumulative,
  };
}
