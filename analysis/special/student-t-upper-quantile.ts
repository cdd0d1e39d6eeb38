import { requireDomain } from './domain.ts';
import { gammaHalfRatio } from './gamma-half-ratio.ts';
import { normalQuantile } from './normal-quantile.ts';
import { studentTAreas, studentTScaledDensity } from './student-t-areas.ts';

const MOST_STEPS = 100;

/** Newton's next step, of the order of this one's square, would be lost in rounding. */
const SETTLED = 1e-9;

/**
 * The t with P(T > t) = q of Student's t distribution with df > 0 degrees of freedom; q is the upper tail, taken as it is
 * and never as 1 − q. Newton's method on the logarithms of t and of the area, which is concave in both tails.
 * @example studentTUpperQuantile(0.025, 10) // 2.22813885198627
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
  let [below, above] = [0, Number.POSITIVE_INFINITY];
  for (let step = 0; step < MOST_STEPS && t > 0 && t < Number.POSITIVE_INFINITY; step += 1) {
    const areas = studentTAreas(t, df);
    const area = nearMedian ? areas.central : areas.tail;
    const tooFar = nearMedian ? area > target : area < target;
    if (tooFar) above = t;
    else below = t;
    const slope = studentTScaledDensity(t, df) / area;
    const move = Math.abs(Math.log(area / target)) / slope;
    // Where the area or its slope vanishes there is no step to take, and one of e leads back.
    const size = Number.isFinite(move) ? Math.min(1, move) : 1;
    const next = t * Math.exp(tooFar ? -size : size);
    if (size < SETTLED) return next;
    t = next > below && next < above ? next : between(below, above, next);
  }
  return t;
}

/** Newton's point left the bracket: the middle, on the scale of the logarithm. */
function between(below: number, above: number, newton: number): number {
  if (below === 0 || above === Number.POSITIVE_INFINITY) return newton;
  return Math.sqrt(below) * Math.sqrt(above);
}

/** Near the normal by the first terms of Cornish and Fisher's expansion, in a heavy tail by the tail's leading power. */
function startingPoint(q: number, df: number): number {
  const z = -normalQuantile(q);
  if (df > z * z && df > 2) return z + (z * z * z + z) / (4 * df);
  const power = Math.log(gammaHalfRatio(df / 2) / (2 * Math.sqrt(Math.PI)) / q) / df;
  return Math.max(z, Math.exp(Math.min(700, power + 0.5 * Math.log(df))));
}
