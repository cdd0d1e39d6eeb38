import { deviance } from './deviance.ts';
import { stirlingError } from './stirling-error.ts';

/**
 * y^a·e^(−y)/Γ(a + 1) for a, y > 0 in saddle-point form (Loader 2000): what the incomplete gamma functions are multiples of.
 */
export function poissonDensity(a: number, y: number): number {
  return Math.exp(-deviance(a, y, a - y) - stirlingError(a)) / Math.sqrt(2 * Math.PI * a);
}
