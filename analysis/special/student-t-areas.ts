import { gammaHalfRatio } from './gamma-half-ratio.ts';
import { logOnePlusRatio, studentTTail } from './student-t-tail.ts';

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
  const { log, factor } = studentTTail(t, df);
  const tail = Math.exp(log) * factor;
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
