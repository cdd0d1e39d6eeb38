import { stirlingError } from '../saddle-point/index.ts';
import { expm1Minus } from './expm1-minus.ts';
import { integralFrom } from './integral-from.ts';
import { millsRatio, normalSurvival } from './normal-survival.ts';

/**
 * The areas of the noncentral t distribution below and above t > 0. T = (Z + ncp)/S with S = χ/√df, so that with u = ln S
 *
 *   upper = ∫ g(u)·Φ(ncp − t·e^u) du,   lower = Φ(−ncp) + ∫ g(u)·(Φ(t·e^u − ncp) − Φ(−ncp)) du,
 *
 * g being the density of u. Both integrands are positive, smooth and have one peak, so that an area keeps its relative
 * accuracy whatever its size. The one that is not most of the whole is integrated, the other taken from 1.
 */
export function noncentralTAreas(t: number, df: number, ncp: number): { lower: number; upper: number } {
  const a = df / 2;
  const scale = Math.sqrt(df / Math.PI) * Math.exp(-stirlingError(a));
  const chi = (u: number) => scale * Math.exp(-a * expm1Minus(2 * u));
  if (t >= ncp) {
    const upper = peakIntegral(
      (u) => chi(u) * normalSurvival(t * Math.exp(u) - ncp),
      (u) => upperSlope(u, a, t, ncp),
      t,
      df,
      ncp,
    );
    return { lower: 1 - upper, upper };
  }
  const start = normalSurvival(ncp);
  const rest = peakIntegral(
    (u) => chi(u) * (normalSurvival(ncp - t * Math.exp(u)) - start),
    (u) => lowerSlope(u, a, t, ncp),
    t,
    df,
    ncp,
  );
  return { lower: start + rest, upper: 1 - start - rest };
}

/** The derivative of the upper integrand's logarithm, which falls in u. */
function upperSlope(u: number, a: number, t: number, ncp: number): number {
  const y = t * Math.exp(u);
  return -2 * a * Math.expm1(2 * u) - y / millsRatio(y - ncp);
}

/** The derivative of the lower integrand's logarithm, which changes its sign once. */
function lowerSlope(u: number, a: number, t: number, ncp: number): number {
  const y = t * Math.exp(u);
  // (Φ(y − ncp) − Φ(−ncp))/φ(y − ncp), whose terms are nearly the same only where y is small.
  const gained = millsRatio(ncp - y) - millsRatio(ncp) * Math.exp(y * (y / 2 - ncp));
  const rate = y > 1e-6 ? y / gained : 1;
  return -2 * a * Math.expm1(2 * u) + rate;
}

/** The integral over all u of a function with one peak, from that peak to either side. */
function peakIntegral(
  f: (u: number) => number,
  slope: (u: number) => number,
  t: number,
  df: number,
  ncp: number,
): number {
  const spread = 1 / Math.sqrt(2 * df + 1);
  // Beside a large t or ncp, Φ is a steep step in u, and the peak must be found as finely as it is steep.
  const peak = signChange(slope, spread, Math.min(1, 40 / (spread * Math.max(t, Math.abs(ncp)))));
  const step = 1e-3 * spread;
  const curvature = Math.max(0, (slope(peak - step) - slope(peak + step)) / (2 * step));
  const width = Math.min(2 / Math.sqrt(curvature), 2 / (t * Math.exp(peak)), 1);
  return integralFrom((s) => f(peak + s), width) + integralFrom((s) => f(peak - s), width);
}

/** Where a falling function changes its sign, to a hundredth of the unit times `fineness`; sought from 0 with growing steps. */
function signChange(slope: (u: number) => number, unit: number, fineness: number): number {
  const direction = slope(0) > 0 ? 1 : -1;
  let near = 0;
  let far = direction * unit;
  while (slope(far) * direction > 0) {
    near = far;
    far *= 2;
  }
  while (Math.abs(far - near) > fineness * (0.01 * unit + 1e-3 * Math.abs(far))) {
    const middle = (near + far) / 2;
    if (middle === near || middle === far) break;
    if (slope(middle) * direction > 0) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}
