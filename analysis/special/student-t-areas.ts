import { gammaHalfRatio } from './gamma-half-ratio.ts';
import { tailIntegral } from './tail-integral.ts';

/**
 * The areas of Student's t distribution with df degrees of freedom from 0 to t and from t on, t ≥ 0. One of them is ½ less
 * the other; which is computed directly depends on t, so that neither loses digits where it is small.
 */
export function studentTAreas(t: number, df: number): { central: number; tail: number } {
  // As Math.hypot, which would be slow: t² may overflow.
  const ratio = (t / df) * t;
  if (t * t <= 2 && ratio <= 1) {
    const central = centralArea(t, df);
    return { central, tail: 0.5 - central };
  }
  const tail = ratio >= 0.5 ? heavyTail(t, df) : nearNormalTail(t, df);
  return { central: 0.5 - tail, tail };
}

/** t times the density at t ≥ 0, also where the density by itself would vanish. */
export function studentTScaledDensity(t: number, df: number): number {
  const direction = t / Math.hypot(t, Math.sqrt(df));
  const power = Math.exp(-(df / 2) * logOnePlusRatio(t, df));
  return ((df / 2) * gammaHalfRatio(df / 2) * power * direction) / Math.sqrt(Math.PI);
}

/** ½·I_y(½, df/2), y = t²/(df + t²), by the series of positive terms (Abramowitz & Stegun 26.5.4). */
function centralArea(t: number, df: number): number {
  const y = (t * t) / (df + t * t);
  let term = 1;
  let sum = 1;
  for (let n = 0; term > 1e-18 * sum; n += 1) {
    term *= (((df + 1) / 2 + n) / (1.5 + n)) * y;
    sum += term;
  }
  return studentTScaledDensity(t, df) * sum;
}

/** ½·I_x(df/2, ½), x = df/(df + t²) ≤ ⅔, by the power series of positive terms (DiDonato & Morris 1992, BPSER). */
function heavyTail(t: number, df: number): number {
  const a = df / 2;
  const x = 1 / (1 + (t / df) * t);
  let term = 1;
  let sum = 0;
  for (let n = 1; ; n += 1) {
    term *= ((n - 0.5) / n) * x;
    const next = sum + term / (a + n);
    if (next === sum) break;
    sum = next;
  }
  const power = Math.exp(-a * logOnePlusRatio(t, df));
  return (0.5 * power * gammaHalfRatio(a) * (1 + a * sum)) / Math.sqrt(Math.PI);
}

/** The density at t times the integral of the density from there on relative to it. */
function nearNormalTail(t: number, df: number): number {
  const half = (df + 1) / 2;
  const scale = df + t * t;
  const exponent = (s: number) => -half * Math.log1p((s / scale) * (2 * t + s));
  return (studentTScaledDensity(t, df) / t) * tailIntegral(exponent, (2 * scale) / ((df + 1) * t));
}

/** ln(1 + t²/df), also where t² overflows. */
function logOnePlusRatio(t: number, df: number): number {
  const ratio = (t / df) * t;
  return ratio < 1e300 ? Math.log1p(ratio) : 2 * Math.log(t) - Math.log(df);
}
