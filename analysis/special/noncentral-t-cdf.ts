import { requireDomain } from './domain.ts';
import { noncentralTAreas } from './noncentral-t-areas.ts';
import { normalSurvival } from './normal-survival.ts';

/** Beyond it no test is powered, and t·e^u − ncp soon has no digit left. */
const FURTHEST = 1e15;

/** Beyond it S = √(χ²/df) is 1 to every digit, even beside the largest ncp. */
const NORMAL = 1e50;

/**
 * The lower tail P(T ≤ t) of the noncentral t distribution: T = (Z + ncp)/√(χ²/df) with a standard normal Z, df > 0 degrees
 * of freedom; relative error below 1e-12 for |ncp| ≤ 40. By integration over χ (Johnson, Kotz & Balakrishnan 1995, "Continuous univariate
 * distributions 2", 31.2), which has no cancelling terms in either tail.
 * @example noncentralTCdf(2, 38, 3) // 0.161666852505
 */
export function noncentralTCdf(t: number, df: number, ncp: number): number {
  requireDomain(!Number.isNaN(t), 't', 'a number');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  requireDomain(Math.abs(ncp) <= FURTHEST, 'ncp', 'between −1e15 and 1e15');
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? 1 : 0;
  if (t === 0 || df > NORMAL) return normalSurvival(ncp - t);
  return t > 0 ? noncentralTAreas(t, df, ncp).lower : noncentralTAreas(-t, df, -ncp).upper;
}
