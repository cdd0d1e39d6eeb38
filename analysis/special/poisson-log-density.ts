import { deviance, stirlingError } from '../saddle-point/index.ts';

/**
 * ln of y^a·e^(−y)/Γ(a + 1) for a, y > 0 in saddle-point form (Loader 2000): what the incomplete gamma functions are
 * multiples of.
 */
export function poissonLogDensity(a: number, y: number): number {
  return -deviance(a, y, a - y) - stirlingError(a) - 0.5 * Math.log(2 * Math.PI * a);
}
