import { stirlingError } from '../saddle-point/index.ts';
import { requireDomain } from './domain.ts';

/**
 * ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b) for a, b > 0, in saddle-point form (Loader 2000), so that large parameters
 * do not cancel: error below 1e-14 relative to |ln B| or 1, whichever is more (ln B is 0 along a curve through (1, 1)).
 * @example logBeta(2, 3) // -2.4849066497880
 */
export function logBeta(a: number, b: number): number {
  requireDomain(a > 0 && a < Number.POSITIVE_INFINITY, 'a', 'a finite number above 0');
  requireDomain(b > 0 && b < Number.POSITIVE_INFINITY, 'b', 'a finite number above 0');
  const [less, more] = a < b ? [a, b] : [b, a];
  const n = a + b;
  const powers = less * Math.log(less / n) + more * Math.log1p(-less / n);
  const errors = stirlingError(a) + stirlingError(b) - stirlingError(n);
  return powers + errors + 0.5 * (Math.log((2 * Math.PI) / less) + Math.log(n / more));
}
