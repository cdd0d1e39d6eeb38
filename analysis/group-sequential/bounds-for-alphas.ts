import { AnalysisInputError } from '../input-error.ts';
import { requireSided } from '../requirements.ts';
import { normalQuantile, normalSurvival } from '../special/index.ts';
import type { GroupSequentialBounds } from './bounds.ts';
import { advance, type Continuation, massAbove, START } from './continuation.ts';
import { densityAt } from './densities.ts';
import { requireFractions, type Sided } from './information.ts';

/** Information fractions of the looks, and the alpha that is to be spent up to each of them. */
export interface AlphasInput {
  readonly informationFractions: readonly number[];
  /** Cumulative, never falling, below 1; of one side, or of both. */
  readonly alphaSpent: readonly number[];
  readonly sided: Sided;
}

/** Less than this cannot be told from nothing. */
const LEAST_ALPHA = 1e-300;

/**
 * Group-sequential bounds that spend given amounts of alpha: at each look the z for which the probability under no effect
 * to get there and to cross is what is to be spent, by the recursion of Armitage, McPherson & Rowe (1969). For alphas
 * that were spent in the past beside those of a plan, or for a spending function of your own. Assumes a statistic that is
 * (about) a Brownian motion in information: sums of independent units. Two-sided bounds are symmetric, and crossing one
 * counts what had crossed neither before. Throws an `AnalysisInputError` for malformed input.
 * @example boundsForAlphas({ informationFractions: [0.5, 1], alphaSpent: [0.01, 0.05], sided: 2 }) // { z: [2.5758293, 2.0027317] }
 */
export function boundsForAlphas({
  informationFractions,
  alphaSpent,
  sided,
}: AlphasInput): GroupSequentialBounds {
  requireFractions('informationFractions', informationFractions);
  requireSided(sided);
  requireAlphas(alphaSpent, informationFractions.length);
  let continuation = START;
  const z = informationFractions.map((information, i) => {
    const spent = ((alphaSpent[i] ?? 0) - (alphaSpent[i - 1] ?? 0)) / sided;
    const bound = spent < LEAST_ALPHA ? null : boundSpending(spent, continuation, information);
    const following = informationFractions[i + 1] ?? null;
    const lower = sided === 1 || bound === null ? null : -bound;
    if (following !== null)
      continuation = advance(continuation, information, { lower, upper: bound }, 0, following);
    return bound;
  });
  return {
    informationFractions,
    sided,
    z,
    nominalP: z.map((bound) => (bound === null ? 0 : sided * normalSurvival(bound))),
    alphaSpent,
  };
}

/** The z above which just this much of the mass that went on at the look before is found. */
function boundSpending(spent: number, from: Continuation, information: number): number {
  // Exact for the first look, and a bound from above for the others: less mass is left than all.
  let upper = -normalQuantile(spent);
  if (from.information === 0) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  let z = upper;
  for (let i = 0; i < 100; i += 1) {
    const mass = massAbove(z, from, information, 0);
    if (mass > spent) lower = z;
    else upper = z;
    // Newton's step for the logarithm, which is concave and nearly quadratic.
    const root = Math.sqrt(information);
    const slope = densityAt(z * root, from, information, 0) * root;
    let next = z + (Math.log(mass / spent) * mass) / slope;
    if (!(next > lower && next < upper))
      next = lower === Number.NEGATIVE_INFINITY ? z - 1 : (lower + upper) / 2;
    if (Math.abs(next - z) <= 1e-13 * Math.max(1, Math.abs(z))) return next;
    z = next;
  }
  return z;
}

function requireAlphas(alphas: readonly number[], looks: number): void {
  if (alphas.length !== looks)
    throw new AnalysisInputError('alphaSpent', `of length ${looks}, as informationFractions is`);
  alphas.forEach((alpha, i) => {
    if (!(alpha >= (alphas[i - 1] ?? 0) && alpha < 1))
      throw new AnalysisInputError(
        `alphaSpent[${i}]`,
        'at least the one before (0 before the first) and below 1',
      );
  });
}
