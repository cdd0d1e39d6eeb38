import { gammaLower, gammaTail } from './gamma-tails.ts';
import { logGammaOnePlus } from './log-gamma.ts';

/**
 * The regularised upper incomplete gamma function Q(a, y) = Γ(a, y)/Γ(a) for a > 0, y ≥ 0. Below about y = a the lower tail
 * is computed and taken from 1, except for a < 1, where both may be needed: for y < 1 as Temme (1994).
 */
export function incompleteGammaUpper(a: number, y: number): number {
  if (y === 0) return 1;
  if (y === Number.POSITIVE_INFINITY) return 0;
  if (a < 1 && y < 1) return nearOrigin(a, y);
  if (a >= 1 && y < a) return 1 - gammaLower(a, y);
  const { log, factor } = gammaTail(a, y);
  return Math.exp(log) * factor;
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
