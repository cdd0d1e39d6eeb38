import { requireDomain } from './domain.ts';
import { logComplement } from './log-complement.ts';
import { millsRatio, normalSurvival } from './normal-survival.ts';

const HALF_LOG_TWO_PI = 0.9189385332046728;

/**
 * ln P(Z > z) of the standard normal distribution for any z, also where the tail underflows (z > 38), relative error below
 * 1e-14; for z far below 0 from the lower tail, so that a logarithm near 0 keeps its digits.
 * @example normalLogSurvival(100) // -5005.524208694205
 */
export function normalLogSurvival(z: number): number {
  requireDomain(!Number.isNaN(z), 'z', 'a number');
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  if (z < 0) return logComplement(normalSurvival(-z));
  if (z < 5) return Math.log(normalSurvival(z));
  return Math.log(millsRatio(z)) - HALF_LOG_TWO_PI - 0.5 * z * z;
}
