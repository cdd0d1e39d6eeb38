import { logGamma } from '../special/index.ts';

const HALF_LOG_TWO_PI = 0.9189385332046728;
/** From here on the asymptotic series holds to 1e-16. */
const LARGE = 16;

/**
 * ln Γ(x) − [(x − ½)·ln x − x + ½·ln 2π] for x > 0: what Stirling's formula leaves, small wherever x is large, so that
 * differences of ln Γ can be taken without their large parts (Abramowitz & Stegun 6.1.41).
 */
export function stirlingRest(x: number): number {
  if (x < LARGE) return logGamma(x) - ((x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI);
  const s = 1 / (x * x);
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / x;
}
