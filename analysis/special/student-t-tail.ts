import { gammaHalfRatio } from './gamma-half-ratio.ts';
import { tailIntegral } from './tail-integral.ts';

/**
 * The area of Student's t distribution from t on as exp(log)·factor, where log may be far below −745; for t that is not
 * small beside √df or beside 1.
 */
export function studentTTail(t: number, df: number): { log: number; factor: number } {
  const factor = (t / df) * t >= 0.5 ? heavyTail(t, df) : nearNormalTail(t, df);
  return { log: -(df / 2) * logOnePlusRatio(t, df), factor };
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
  return (0.5 * gammaHalfRatio(a) * (1 + a * sum)) / Math.sqrt(Math.PI);
}

/** The density at t times the integral of the density from there on relative to it. */
function nearNormalTail(t: number, df: number): number {
  const half = (df + 1) / 2;
  const scale = df + t * t;
  const exponent = (s: number) => -half * Math.log1p((s / scale) * (2 * t + s));
  const density = ((df / 2) * gammaHalfRatio(df / 2)) / Math.sqrt(Math.PI * scale);
  return density * tailIntegral(exponent, (2 * scale) / ((df + 1) * t));
}

/** ln(1 + t²/df), also where t² overflows. */
export function logOnePlusRatio(t: number, df: number): number {
  const ratio = (t / df) * t;
  return ratio < 1e300 ? Math.log1p(ratio) : 2 * Math.log(t) - Math.log(df);
}
