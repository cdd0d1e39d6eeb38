import { requireDomain } from './domain.ts';
import { gammaHalfRatio } from './gamma-half-ratio.ts';
import { normalQuantile } from './normal-quantile.ts';
import { studentTAreas, studentTDensity } from './student-t-areas.ts';

const MOST_STEPS = 100;

/**
 * The t with P(T > t) = q of Student's t distribution with df > 0 degrees of freedom; q is the upper tail, taken as it is
 * and never as 1 − q. Newton's method on the logarithms of t and of the area, which is concave in both tails.
 * @example studentTUpperQuantile(0.025, 10) // 2.228138851964939
 */
export function studentTUpperQuantile(q: number, df: number): number {
  requireDomain(q >= 0 && q <= 1, 'q', 'from 0 to 1');
  requireDomain(df > 0 && df < Number.POSITIVE_INFINITY, 'df', 'a finite number above 0');
  if (q === 0) return Number.POSITIVE_INFINITY;
  if (q === 1) return Number.NEGATIVE_INFINITY;
  if (q > 0.5) return -studentTUpperQuantile(1 - q, df);
  if (q === 0.5) return 0;
  // Near the median the area from 0 decides, further out the tail: each is exact where it is small.
  const nearMedian = q > 0.25;
  const target = nearMedian ? 0.5 - q : q;
  let t = startingPoint(q, df);
  for (let step = 0; step < MOST_STEPS && t > 0 && t < Number.POSITIVE_INFINITY; step += 1) {
    const areas = studentTAreas(t, df);
    const area = nearMedian ? areas.central : areas.tail;
    const slope = (t * studentTDensity(t, df)) / area;
    const move = (nearMedian ? -1 : 1) * (Math.log(area / target) / slope);
    const bounded = Number.isFinite(move) ? Math.max(-1, Math.min(1, move)) : -1;
    t *= Math.exp(bounded);
    if (Math.abs(bounded) < 1e-15) break;
  }
  return t;
}

/** Near the normal by the first terms of Cornish and Fisher's expansion, in a heavy tail by the tail's leading power. */
function startingPoint(q: number, df: number): number {
  const z = -normalQuantile(q);
  if (df > z * z && df > 2) return z + (z * z * z + z) / (4 * df);
  const power = Math.log(gammaHalfRatio(df / 2) / (2 * Math.sqrt(Math.PI)) / q) / df;
  return Math.max(z, Math.exp(Math.min(700, power + 0.5 * Math.log(df))));
}
