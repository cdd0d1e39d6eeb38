import { noncentralTCdf } from './noncentral-t-cdf.ts';

/**
 * The upper tail P(T > t) of the noncentral t distribution, as exact where it is small as `noncentralTCdf` is in the lower
 * tail, of which it is the mirror image: T(df, ncp) and −T(df, −ncp) have the same distribution.
 * @example noncentralTSurvival(2.024394164, 38, 3.16227766) // 0.868953
 */
export function noncentralTSurvival(t: number, df: number, ncp: number): number {
  return noncentralTCdf(-t, df, -ncp);
}
