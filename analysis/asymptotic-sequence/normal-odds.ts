import { normalLogSurvival } from '../special/index.ts';

/** From here down the asymptotic series holds to 1e-17. */
const FAR_BELOW = -20;

/**
 * ln(Φ(a)·exp(a²/2)), increasing in a: what a one-sided normal mixture weighs evidence by (Robbins & Siegmund 1970). Far
 * below 0 the two factors nearly cancel, and Laplace's series of their product is summed instead.
 */
export function logNormalOdds(a: number): number {
  if (a > FAR_BELOW) return normalLogSurvival(-a) + 0.5 * a * a;
  const square = 1 / (a * a);
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 10; k += 1) {
    term *= -(2 * k - 1) * square;
    sum += term;
  }
  return Math.log(sum) - Math.log(-a) - 0.5 * Math.log(2 * Math.PI);
}

/** The a with logNormalOdds(a) = y, to the last bits: Newton's method on a convex function. */
export function inverseLogNormalOdds(y: number): number {
  // For large y it is a²/2, for small y −ln(−a·√2π); the slope is a + φ(a)/Φ(a) > 0.
  let a = y > 1 ? Math.sqrt(2 * y) : y > -1.5 ? y : -Math.exp(-y) / Math.sqrt(2 * Math.PI);
  for (let i = 0; i < 60; i += 1) {
    const odds = logNormalOdds(a);
    const slope = a > FAR_BELOW ? a + Math.exp(-odds) / Math.sqrt(2 * Math.PI) : -1 / a;
    const next = a - (odds - y) / slope;
    if (Math.abs(next - a) <= 2 * Number.EPSILON * Math.abs(next)) return next;
    a = next;
  }
  return a;
}
