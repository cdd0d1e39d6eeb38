import { chiSquareSurvival, noncentralTSurvival } from '../special/index.ts';

/** As far as the noncentral t distribution reaches. */
const LARGEST_NCP = 40;

/**
 * P(T > critical) of the noncentral t distribution for critical > 0 and any noncentrality: beyond 40 (where it is 1
 * unless the critical value is as large) the mean over Z of P(χ²/df < ((ncp + Z)/critical)²), by the trapezoidal rule,
 * which is exact to doubles for a function this smooth.
 */
export function rejectionProbability(critical: number, df: number, ncp: number): number {
  if (ncp < -LARGEST_NCP) return 0;
  if (ncp <= LARGEST_NCP) return noncentralTSurvival(critical, df, ncp);
  const step = 0.25;
  let missed = 0;
  for (let i = -36; i <= 36; i += 1) {
    const z = i * step;
    const weight = (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
    missed += weight * chiSquareSurvival(df * ((ncp + z) / critical) ** 2, df);
  }
  return 1 - missed;
}
