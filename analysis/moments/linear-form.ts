import type { Moments } from './moments.ts';
import { productIndex } from './product-index.ts';

/**
 * Coefficients f of a linear form f·u of a unit's vector u; missing ones are 0. A mean of component 0 is [1]; a ratio
 * and everything adjusted by a covariate are, after linearisation, means of such forms.
 */
export type LinearForm = readonly number[];

const UNIT_ROUNDOFF = 2 ** -53;

/**
 * The mean of a linear form over the units: f·(c + Σ(u−c)/n). A mean that rounding cannot tell from 0 is 0, since a lift
 * relative to 1e-17 would be made up. Needs at least one unit.
 * @example meanOf(momentsOf([[1], [3]], [0]), [1]) // 2
 */
export function meanOf(moments: Moments, form: LinearForm): number {
  let mean = 0;
  let magnitude = 0;
  form.forEach((coefficient, i) => {
    const centre = coefficient * (moments.centre[i] ?? 0);
    const shift = (coefficient * (moments.sums[i] ?? 0)) / moments.n;
    mean += centre + shift;
    magnitude += Math.abs(centre) + Math.abs(shift);
  });
  return Math.abs(mean) <= moments.n * UNIT_ROUNDOFF * magnitude ? 0 : mean;
}

/**
 * Σ (f·(u − mean))(g·(u − mean)) over the units. What n roundings cannot tell from 0 is 0: the variance of equal values
 * would otherwise be some 1e-17 and every difference beside it significant.
 * @example centredProduct(momentsOf([[1], [3]], [0]), [1], [1]) // 2
 */
export function centredProduct(moments: Moments, f: LinearForm, g: LinearForm): number {
  if (moments.n === 0) return 0;
  const dimension = moments.centre.length;
  let total = 0;
  let magnitude = 0;
  f.forEach((left, i) => {
    g.forEach((right, j) => {
      const weight = left * right;
      if (weight === 0) return;
      const product = weight * (moments.products[productIndex(i, j, dimension)] ?? 0);
      const correction = weight * ((moments.sums[i] ?? 0) / moments.n) * (moments.sums[j] ?? 0);
      total += product - correction;
      magnitude += Math.abs(product) + Math.abs(correction);
    });
  });
  return Math.abs(total) <= moments.n * UNIT_ROUNDOFF * magnitude ? 0 : total;
}

/**
 * The sample covariance (divisor n − 1) of two linear forms; of a form with itself, its variance. Needs two units.
 * @example covarianceOf(momentsOf([[1, 2], [3, 8]], [0, 0]), [1], [0, 1]) // 6
 */
export function covarianceOf(moments: Moments, f: LinearForm, g: LinearForm): number {
  const product = centredProduct(moments, f, g) / (moments.n - 1);
  return f === g ? Math.max(0, product) : product;
}
