import { log1pMinus } from '../saddle-point/index.ts';
import { poissonLogDensity } from './poisson-log-density.ts';
import { tailIntegral } from './tail-integral.ts';

/** Up to here the series and the continued fraction need few enough terms. */
const MODERATE = 50;

/**
 * The regularised upper incomplete gamma function Q(a, y) as exp(log)·factor, for y ≥ a, or for y ≥ 1 where a < 1.
 * Moderate a: Legendre's continued fraction (Abramowitz & Stegun 6.5.31); large a by integration of the density.
 */
export function gammaTail(a: number, y: number): { log: number; factor: number } {
  return {
    log: poissonLogDensity(a, y),
    factor: a <= MODERATE ? a * continuedFraction(a, y) : largeUpper(a, y),
  };
}

/** The regularised lower incomplete gamma function P(a, y) for y up to about a, or up to 1 where a < 1. */
export function gammaLower(a: number, y: number): number {
  return Math.exp(poissonLogDensity(a, y)) * (a <= MODERATE ? lowerSeries(a, y) : largeLower(a, y));
}

/** P(a, y) as the multiple of y^a·e^(−y)/Γ(a + 1) that is Σ y^n/((a + 1)…(a + n)). */
function lowerSeries(a: number, y: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-18 * sum; n += 1) {
    term *= y / (a + n);
    sum += term;
  }
  return sum;
}

/** Q(a, y) by the continued fraction 1/(y + 1 − a − 1·(1 − a)/(y + 3 − a − …)), after Lentz. */
function continuedFraction(a: number, y: number): number {
  const tiny = 1e-300;
  let b = y + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i += 1) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b, tiny);
    c = nonZero(b + numerator / c, tiny);
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return h;
}

function nonZero(x: number, tiny: number): number {
  return Math.abs(x) < tiny ? tiny : x;
}

function largeUpper(a: number, y: number): number {
  const slope = (y - a + 1) / y;
  const exponent = (s: number) => (a - 1) * log1pMinus(s / y) - s * slope;
  return (a / y) * tailIntegral(exponent, panelWidth(a, y));
}

function largeLower(a: number, y: number): number {
  const slope = (a - 1 - y) / y;
  const exponent = (s: number) => (a - 1) * log1pMinus(-s / y) - s * slope;
  return (a / y) * tailIntegral(exponent, panelWidth(a, y), y);
}

/** About two standard deviations, or two lengths of decay where the tail is steeper than that. */
function panelWidth(a: number, y: number): number {
  return Math.min(2 * Math.sqrt(y), (2 * y) / Math.max(1, Math.abs(y - a)));
}
