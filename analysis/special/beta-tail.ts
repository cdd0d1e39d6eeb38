import { deviance, log1pMinus, stirlingError } from '../saddle-point/index.ts';
import { betaContinuedFraction } from './beta-continued-fraction.ts';
import { differenceOfProducts } from './difference-of-products.ts';
import { tailIntegral } from './tail-integral.ts';

/** Where the incomplete beta function is wanted: x, y = 1 − x and difference = a·y − b·x to full accuracy. */
export interface BetaPoint {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
}

/** The point of x beside its complement y; of the two the smaller is taken as exact, the larger as rounded. */
export function betaPoint(x: number, y: number, a: number, b: number): BetaPoint {
  // What rounding the larger of the two took away.
  const rest = x <= y ? 1 - y - x : 1 - x - y;
  const difference = differenceOfProducts(a, y, b, x) + (x <= y ? a * rest : -b * rest);
  return { x, y, a, b, difference };
}

/** The point seen from the other end: its lower tail is the upper tail of this one. */
export function mirrored({ x, y, a, b, difference }: BetaPoint): BetaPoint {
  return { x: y, y: x, a: b, b: a, difference: -difference };
}

/** Whether x is low enough for `betaTail`: about at the mean or below it. */
export function isLow({ x, y, a, b }: BetaPoint): boolean {
  return x * (b + 1) <= y * (a + 1);
}

/**
 * I_x(a, b) for x about at the mean or below it, as exp(log)·factor. A continued fraction for moderate parameters, the
 * integral of the density for large ones.
 */
export function betaTail(point: BetaPoint): { log: number; factor: number } {
  const { x, y, a, b } = point;
  const log = kernelLog(point);
  // How fast ln of the density rises at x; an x so small that it is too fast for doubles is easy for the fraction.
  const slope = (point.difference + x - y) / (x * y);
  if (Math.max(a, b) <= 1000 || a <= 50 || !Number.isFinite(slope)) {
    return { log, factor: (b * betaContinuedFraction(x, a, b)) / (a + b) };
  }
  // The density at x times the integral of the density below x relative to it.
  const exponent = (s: number) => (a - 1) * log1pMinus(-s / x) + (b - 1) * log1pMinus(s / y) - s * slope;
  const width = Math.min(2 * Math.sqrt((x * y) / (a + b)), 2 / Math.abs(slope), y / 2);
  return { log, factor: (a / x) * (b / y / (a + b)) * tailIntegral(exponent, width, x) };
}

/** ln of the density times x·y: that of the logit of a beta variable. */
export function logitLogDensity(point: BetaPoint): number {
  return kernelLog(point) + Math.log(point.a) + Math.log(point.b / (point.a + point.b));
}

/** ln of Γ(a + b + 1)/(Γ(a + 1)Γ(b + 1))·x^a·y^b in saddle-point form (Loader 2000). */
function kernelLog({ x, y, a, b, difference }: BetaPoint): number {
  const n = a + b;
  const exponent = deviance(a, n * x, difference) + deviance(b, n * y, -difference);
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return errors - exponent - 0.5 * Math.log(2 * Math.PI * a * (b / n));
}
