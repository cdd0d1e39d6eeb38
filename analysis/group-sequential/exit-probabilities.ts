import { AnalysisInputError } from '../input-error.ts';
import { requireFinite, requireSided } from '../requirements.ts';
import { advance, massAbove, massBelow, START } from './continuation.ts';
import type { Fineness } from './grid.ts';
import { requireFractions, type Sided } from './information.ts';

/** Bounds, and how strong the true effect is. */
export interface ExitInput {
  /** Critical value of z (two-sided |z|) per look; null where the test cannot stop. */
  readonly bounds: readonly (number | null)[];
  readonly informationFractions: readonly number[];
  /** The mean of z at information fraction 1: the true effect over its standard error there. 0: no effect. */
  readonly drift: number;
  readonly sided: Sided;
}

/** Where a group-sequential test stops. All lists have one entry per look. */
export interface ExitProbabilities {
  /** Probability to stop at just this look above the upper bound. */
  readonly upper: readonly number[];
  /** The same below the lower bound; zeros for a one-sided test. */
  readonly lower: readonly number[];
  /** Probability to have stopped up to this look, on either side. Its last entry is the power, or under no effect the alpha. */
  readonly cumulative: readonly number[];
  /** Mean information fraction at the end, be it by stopping or at the last look. */
  readonly expectedInformation: number;
}

/**
 * The probabilities that a group-sequential test stops at each of its looks, given the true effect, by the recursion of
 * Armitage, McPherson & Rowe (1969): the alpha of bounds (drift 0), the power, and the mean sample size (Jennison &
 * Turnbull 2000, "Group sequential methods", chapter 19). Assumes a statistic that is (about) a Brownian motion in
 * information, of known variance. Absolute error below 1e-10. Throws an `AnalysisInputError` for malformed input.
 * @example exitProbabilities({ bounds: [2.1782715, 2.1782715], informationFractions: [0.5, 1], drift: 0, sided: 2 }) // { cumulative: [0.0293858, 0.0500001] }
 */
export function exitProbabilities(input: ExitInput): ExitProbabilities {
  requireExit(input);
  return exitsOf(input);
}

/** The same for bounds that are known to be well-formed. */
export function exitsOf(
  { bounds, informationFractions, drift, sided }: ExitInput,
  fineness: Fineness = 'fine',
): ExitProbabilities {
  let continuation = START;
  let stopped = 0;
  let expectedInformation = 0;
  const upper: number[] = [];
  const lower: number[] = [];
  const cumulative: number[] = [];
  informationFractions.forEach((information, i) => {
    const bound = bounds[i] ?? null;
    const following = informationFractions[i + 1] ?? null;
    const above = bound === null ? 0 : massAbove(bound, continuation, information, drift);
    const below = bound === null || sided === 1 ? 0 : massBelow(-bound, continuation, information, drift);
    upper.push(above);
    lower.push(below);
    // Everything goes on from the look before; what did not stop there takes the increment.
    expectedInformation += (information - continuation.information) * (1 - stopped);
    stopped += above + below;
    cumulative.push(stopped);
    const region = { lower: sided === 1 || bound === null ? null : -bound, upper: bound };
    if (following !== null)
      continuation = advance(continuation, information, region, drift, following, fineness);
  });
  return { upper, lower, cumulative, expectedInformation };
}

/** Throws an `AnalysisInputError` that names the field unless bounds and looks belong together. */
export function requireBounds(input: Omit<ExitInput, 'drift'>): void {
  requireFractions('informationFractions', input.informationFractions);
  requireSided(input.sided);
  const looks = input.informationFractions.length;
  if (input.bounds.length !== looks)
    throw new AnalysisInputError('bounds', `of length ${looks}, as informationFractions is`);
  input.bounds.forEach((bound, i) => {
    if (bound === null) return;
    requireFinite(`bounds[${i}]`, bound);
    if (input.sided === 2 && bound < 0)
      throw new AnalysisInputError(`bounds[${i}]`, 'at least 0: it bounds |z|');
  });
}

function requireExit(input: ExitInput): void {
  requireBounds(input);
  requireFinite('drift', input.drift);
}
