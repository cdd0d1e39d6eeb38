import { betaContinuedFraction } from './beta-continued-fraction.ts';
import { deviance } from './deviance.ts';
import { differenceOfProducts } from './difference-of-products.ts';
import { requireDomain } from './domain.ts';
import { gammaRatioLog } from './gamma-ratio-log.ts';
import { logGammaOnePlus } from './log-gamma.ts';
import { log1pMinus } from './log1p-minus.ts';
import { stirlingError } from './stirling-error.ts';
import { tailIntegral } from './tail-integral.ts';

/** x beside its complement y = 1 − x, and difference = a·y − b·x to full accuracy. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
}

/**
 * The regularised incomplete beta function I_x(a, b) for 0 ≤ x ≤ 1 and a, b > 0: the lower tail of the beta distribution.
 * For the upper tail take I_(1−x)(b, a), never 1 − I_x(a, b). A continued fraction for moderate
 * parameters, the integral of the density for large ones, both below the mean; above it the other tail.
 * @example incompleteBeta(0.2, 2, 3) // 0.1808
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  requireDomain(x >= 0 && x <= 1, 'x', 'from 0 to 1');
  requireDomain(a > 0 && a < Number.POSITIVE_INFINITY, 'a', 'a finite number above 0');
  requireDomain(b > 0 && b < Number.POSITIVE_INFINITY, 'b', 'a finite number above 0');
  if (x === 0 || x === 1) return x;
  const y = 1 - x;
  // What rounding 1 − x took away.
  const yRest = 1 - y - x;
  const difference = differenceOfProducts(a, y, b, x) + a * yRest;
  if (x <= (a + 1) / (a + b + 2)) return Math.min(1, lowerTail({ x, y, a, b, difference }));
  if (b < 1) return nearOne(y, a, b);
  return 1 - Math.min(1, lowerTail({ x: y, y: x, a: b, b: a, difference: -difference }));
}

function lowerTail(point: Point): number {
  const { x, y, a, b } = point;
  if (Math.max(a, b) <= 1000 || a <= 50)
    return (kernel(point) * b * betaContinuedFraction(x, a, b)) / (a + b);
  // The density at x times the integral of the density below x relative to it.
  const slope = (point.difference + x - y) / (x * y);
  const exponent = (s: number) => (a - 1) * log1pMinus(-s / x) + (b - 1) * log1pMinus(s / y) - s * slope;
  const width = Math.min(2 * Math.sqrt((x * y) / (a + b)), 2 / Math.abs(slope), y / 2);
  return kernel(point) * (a / x) * (b / y / (a + b)) * tailIntegral(exponent, width, x);
}

/** Γ(a + b + 1)/(Γ(a + 1)Γ(b + 1))·x^a·y^b in saddle-point form (Loader 2000). */
function kernel({ x, y, a, b, difference }: Point): number {
  const n = a + b;
  const exponent = deviance(a, n * x, difference) + deviance(b, n * y, -difference);
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.exp(errors - exponent) / Math.sqrt(2 * Math.PI * a * (b / n));
}

/**
 * I_x(a, b) for b < 1 and x so near 1 that the upper tail is most of it: 1 − t − t·b·Σ (1−a)…(n−a)·y^n/((b + n)n!) with
 * t = y^b·Γ(a + b)/(Γ(a)Γ(b + 1)), the first two terms together, so that a small b costs no digits.
 */
function nearOne(y: number, a: number, b: number): number {
  const logPower = b * Math.log(y) + gammaRatioLog(a, b) - logGammaOnePlus(b);
  let term = 1;
  let sum = 0;
  for (let n = 1; ; n += 1) {
    term *= ((n - a) / n) * y;
    const next = sum + term / (b + n);
    if (next === sum) break;
    sum = next;
  }
  return -Math.expm1(logPower) - Math.exp(logPower) * b * sum;
}
