import { AnalysisInputError } from '../input-error.ts';
import { requireFinite, requirePositive } from '../requirements.ts';
import { chiSquareLogSurvival } from '../special/index.ts';
import { type Alternative, requireAlpha } from './mixture-variance.ts';
import { inverseLogNormalOdds, logNormalOdds } from './normal-odds.ts';

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * The critical value of z = estimate/se at n ≥ m units of a confidence sequence that starts at m units: two-sided
 * √(χ²₃,₁₋α + ln(n/m)), one-sided the z with h(z) = h(a) + ½·ln(n/m), h(z) = z²/2 + ln Φ(z) (Robbins & Siegmund 1970,
 * "Boundary crossing probabilities for the Wiener process and sample sums", Annals of Mathematical Statistics 41,
 * 1410–1429). At exactly α over all n ≥ m for a Brownian motion: no N* to choose, and with m large enough z is about normal
 * from the first look on. Throws an `AnalysisInputError` for malformed input, also where n is below m.
 * @param n units of both arms together
 * @param start m, the units at the first look, frozen beforehand
 * @param alpha below ½ for one side
 * @example delayedStartBoundary(4000, 1000, 0.05) // 3.0333187
 */
export function delayedStartBoundary(
  n: number,
  start: number,
  alpha: number,
  alternative: Alternative = 'two-sided',
): number {
  requireLook(n, start);
  requireAlpha(alpha, alternative);
  const first = firstBoundary(Math.log(alpha), alternative);
  const growth = Math.log(n / start);
  if (alternative === 'two-sided') return Math.sqrt(first * first + growth);
  return inverseLogNormalOdds(logNormalOdds(first) + growth / 2);
}

/**
 * ln p of one look at a sequence that starts late: the alpha whose boundary z just reaches, two-sided the tail of χ² with
 * 3 degrees of freedom beyond z² − ln(n/m). The sequence and its source are those of `delayedStartBoundary`.
 * @example delayedStartLogP(4, 4000, 1000) // -6.1291786
 */
export function delayedStartLogP(
  z: number,
  n: number,
  start: number,
  alternative: Alternative = 'two-sided',
): number {
  requireFinite('z', z);
  requireFinite('z²', z * z);
  requireLook(n, start);
  const growth = Math.log(n / start);
  if (alternative === 'two-sided') return Math.min(0, chiSquareLogSurvival(Math.max(0, z * z - growth), 3));
  const towards = alternative === 'greater' ? z : -z;
  return oneSidedLogP(inverseLogNormalOdds(logNormalOdds(towards) - growth / 2));
}

/** ln of 1 − Φ(a) + φ(a)(a + φ(a)/Φ(a)), the probability to cross at all from a boundary that starts at a. */
function oneSidedLogP(a: number): number {
  // Not even 1e-88 of all paths stays below then.
  if (a < -20) return 0;
  const ratio = Math.exp(-logNormalOdds(a)) / ROOT_TWO_PI;
  const tail = Math.exp(logNormalOdds(-a)) * ROOT_TWO_PI;
  return Math.min(0, -0.5 * a * a - Math.log(ROOT_TWO_PI) + Math.log(tail + a + ratio));
}

/** The boundary at the start itself, by Newton's method from above: ln p is concave in it. */
function firstBoundary(logAlpha: number, alternative: Alternative): number {
  let a = Math.sqrt(-2 * logAlpha) + 2;
  for (let i = 0; i < 100; i += 1) {
    const twoSided = alternative === 'two-sided';
    const logP = twoSided ? chiSquareLogSurvival(a * a, 3) : oneSidedLogP(a);
    const ratio = Math.exp(-logNormalOdds(a)) / ROOT_TWO_PI;
    const density = Math.exp(-0.5 * a * a - logP) / ROOT_TWO_PI;
    const slope = (twoSided ? 2 * a * a : (a + ratio) ** 2) * density;
    const next = a + (logP - logAlpha) / slope;
    if (!(Math.abs(next - a) > 4 * Number.EPSILON * a)) return next;
    a = next;
  }
  return a;
}

function requireLook(n: number, start: number): void {
  requirePositive('start', start);
  requirePositive('n', n);
  if (n < start) throw new AnalysisInputError('n', `at least start (${start})`);
}
