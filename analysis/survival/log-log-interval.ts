import type { Interval } from '../effects.ts';

/**
 * The interval of a survival probability S strictly between 0 and 1 on the scale ln(−ln S), where it is nearer to normal
 * and never leaves [0, 1]: S^exp(±z·r/ln S), r the standard error relative to S (Kalbfleisch & Prentice 1980, "The
 * statistical analysis of failure time data", 1.3).
 * @example logLogInterval(0.8, 0.158114, 1.959964) // [0.40869, 0.94587]
 */
export function logLogInterval(survival: number, relativeSe: number, z: number): Interval {
  const logSurvival = Math.log(survival);
  const half = (z * relativeSe) / -logSurvival;
  return [Math.exp(logSurvival * Math.exp(half)), Math.exp(logSurvival * Math.exp(-half))];
}
