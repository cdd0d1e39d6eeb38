import { logGammaOnePlus } from './log-gamma.ts';
import { log1pMinus } from './log1p-minus.ts';
import { poissonDensity } from './poisson-density.ts';
import { tailIntegral } from './tail-integral.ts';

/** Up to here the series and the continued fraction need few enough terms. */
const MODERATE = 50;

/**
 * The regularised upper incomplete gamma function Q(a, y) = Γ(a, y)/Γ(a) for a > 0, y ≥ 0. Below y = a the lower tail is
 * computed and taken from 1, except for a < 1, where both may be needed. Moderate a: power series and Legendre's continued
 * fraction (Abramowitz & Stegun 6.5.29, 6.5.31); a < 1, y < 1 as Temme (1994); large a by integration of the density.
 */
export function incompleteGammaUpper(a: number, y: number): number {
  if (y === 0) return 1;
  if (y === Number.POSITIVE_INFINITY) return 0;
  if (a < 1 && y < 1) return nearOrigin(a, y);
  if (a <= MODERATE) return y < a + 1 && a >= 1 ? 1 - lowerSeries(a, y) : continuedFraction(a, y);
  return y < a ? 1 - largeLower(a, y) : largeUpper(a, y);
}

/** Q for a, y < 1: 1 − y^a/Γ(a + 1) − (y^a/Γ(a + 1))·Σ a(−y)^n/((a + n)n!), the first two terms together. */
function nearOrigin(a: number, y: number): number {
  const logPower = a * Math.log(y) - logGammaOnePlus(a);
  let term = 1;
  let sum = 0;
  for (let n = 1; ; n += 1) {
    term *= -y / n;
    const next = sum + term / (a + n);
    if (next === sum) break;
    sum = next;
  }
  return -Math.expm1(logPower) - Math.exp(logPower) * a * sum;
}

/** P(a, y) as y^a·e^(−y)/Γ(a + 1)·Σ y^n/((a + 1)…(a + n)). */
function lowerSeries(a: number, y: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-18 * sum; n += 1) {
    term *= y / (a + n);
    sum += term;
  }
  return poissonDensity(a, y) * sum;
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
  return poissonDensity(a, y) * a * h;
}

function nonZero(x: number, tiny: number): number {
  return Math.abs(x) < tiny ? tiny : x;
}

function largeUpper(a: number, y: number): number {
  const slope = (y - a + 1) / y;
  const exponent = (s: number) => (a - 1) * log1pMinus(s / y) - s * slope;
  return poissonDensity(a, y) * (a / y) * tailIntegral(exponent, panelWidth(a, y));
}

function largeLower(a: number, y: number): number {
  const slope = (a - 1 - y) / y;
  const exponent = (s: number) => (a - 1) * log1pMinus(-s / y) - s * slope;
  return poissonDensity(a, y) * (a / y) * tailIntegral(exponent, panelWidth(a, y), y);
}

/** About two standard deviations, or two lengths of decay where the tail is steeper than that. */
function panelWidth(a: number, y: number): number {
  return Math.min(2 * Math.sqrt(y), (2 * y) / Math.max(1, Math.abs(y - a)));
}
