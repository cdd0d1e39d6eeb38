import { type BetaPoint, betaPoint, betaTail, isLow, mirrored } from './beta-tail.ts';
import { requireDomain, requireShape } from './domain.ts';
import { gammaRatioLog } from './gamma-ratio-log.ts';
import { logGammaOnePlus } from './log-gamma.ts';

/**
 * The regularised incomplete beta function I_x(a, b) for 0 ≤ x ≤ 1 and a, b > 0: the lower tail of the beta distribution.
 * For the upper tail take I_(1−x)(b, a), never 1 − I_x(a, b). Below the mean by `betaTail`; above it from the other tail.
 * @param complement 1 − x, for callers who know it better than a subtraction would
 * @example incompleteBeta(0.2, 2, 3) // 0.1808
 */
export function incompleteBeta(x: number, a: number, b: number, complement = 1 - x): number {
  requireBetaDomain(x, a, b, complement);
  if (x === 0 || complement === 0) return x;
  return betaLower(betaPoint(x, complement, a, b));
}

/** The domain of the incomplete beta function. */
export function requireBetaDomain(x: number, a: number, b: number, complement: number): void {
  requireDomain(x >= 0 && x <= 1, 'x', 'from 0 to 1');
  requireShape('a', a);
  requireShape('b', b);
  requireDomain(complement >= 0 && Math.abs(x + complement - 1) < 1e-15, 'complement', '1 − x');
}

/** The lower tail at a point that is neither 0 nor 1. */
export function betaLower(point: BetaPoint): number {
  if (isLow(point)) {
    const { log, factor } = betaTail(point);
    return Math.min(1, Math.exp(log) * factor);
  }
  if (point.b < 1) return nearOne(point);
  const { log, factor } = betaTail(mirrored(point));
  return 1 - Math.min(1, Math.exp(log) * factor);
}

/**
 * I_x(a, b) for b < 1 and x so near 1 that the upper tail is most of it: 1 − t − t·b·Σ (1−a)…(n−a)·y^n/((b + n)n!) with
 * t = y^b·Γ(a + b)/(Γ(a)Γ(b + 1)), the first two terms together, so that a small b costs no digits.
 */
function nearOne({ y, a, b }: BetaPoint): number {
  const logPower = b * Math.log(y) + gammaRatioLog(a, b) - logGammaOnePlus(b);
  let term = 1;
  let sum = 0;
  for (let n = 1; ; n += 1) {
    term *= ((n - a) / n) * y;
    const next = sum + term / (b + n);
    if (next === sum || Number.isNaN(next)) break;
    sum = next;
  }
  return -Math.expm1(logPower) - Math.exp(logPower) * b * sum;
}
