import { AnalysisInputError } from '../input-error.ts';
import type { Moments } from './moments.ts';
import { productIndex } from './product-index.ts';

/**
 * The moments of both sets of units together; their centres must be the same. Commutative, associative up to rounding.
 * @example mergeMoments(momentsOf([[1]], [0]), momentsOf([[2]], [0])) // { n: 2, centre: [0], sums: [3], products: [5] }
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  return withOther(a, b, 1);
}

/**
 * The moments of a without the units of b, which must be among those of a; their centres must be the same.
 * @example subtractMoments(momentsOf([[1], [2]], [0]), momentsOf([[2]], [0])) // { n: 1, centre: [0], sums: [1], products: [1] }
 */
export function subtractMoments(a: Moments, b: Moments): Moments {
  if (b.n > a.n) throw new AnalysisInputError('b.n', `at most a.n (${a.n})`);
  const rest = withOther(a, b, -1);
  const dimension = rest.centre.length;
  const products = [...rest.products];
  for (let i = 0; i < dimension; i += 1) {
    const at = productIndex(i, i, dimension);
    // Rounding may leave a sum of squares just below 0.
    products[at] = Math.max(0, products[at] ?? 0);
  }
  return { ...rest, products };
}

function withOther(a: Moments, b: Moments, sign: 1 | -1): Moments {
  if (a.centre.length !== b.centre.length || a.centre.some((value, i) => value !== b.centre[i])) {
    throw new AnalysisInputError('b.centre', `the centre of a ([${a.centre.join(', ')}])`);
  }
  return {
    n: a.n + sign * b.n,
    centre: a.centre,
    sums: combine(a.sums, b.sums, sign),
    products: combine(a.products, b.products, sign),
  };
}

function combine(a: readonly number[], b: readonly number[], sign: 1 | -1): number[] {
  return a.map((value, i) => value + sign * (b[i] ?? 0));
}
