import { normalSurvival } from './normal-survival.ts';

/**
 * The lower tail P(Z ≤ z) of the standard normal distribution, as exact for z far below 0 as `normalSurvival` is above it.
 * @example normalCdf(-1.959963984540054) // 0.025
 */
export function normalCdf(z: number): number {
  return normalSurvival(-z);
}
