import { addTerm, emptySums, totalOf } from './compensated-sum.ts';
import { requireFiniteMembers, requireLength } from './members.ts';

/**
 * Sufficient statistics of n unit vectors u of dimension d around a frozen centre c: they add, merge and subtract.
 * `products` is the upper triangle of Σ(u−c)(u−c)ᵀ, row by row: for d = 2 [aa, ab, bb].
 */
export interface Moments {
  readonly n: number;
  readonly centre: readonly number[];
  /** Σ(u − c), length d. */
  readonly sums: readonly number[];
  /** Length d(d+1)/2. */
  readonly products: readonly number[];
}

/**
 * The moments of no units around a centre: the neutral element of `mergeMoments`.
 * @example emptyMoments([5]) // { n: 0, centre: [5], sums: [0], products: [0] }
 */
export function emptyMoments(centre: readonly number[]): Moments {
  return momentsOf([], centre);
}

/**
 * The moments of some unit vectors around a centre, summed with compensation (Neumaier 1974, "Rundungsfehleranalyse einiger
 * Verfahren zur Summation endlicher Summen"). A centre near the data keeps the digits of the variance.
 * @example momentsOf([[1], [2], [4]], [2]) // { n: 3, centre: [2], sums: [1], products: [5] }
 */
export function momentsOf(vectors: Iterable<readonly number[]>, centre: readonly number[]): Moments {
  requireFiniteMembers('centre', centre);
  const dimension = centre.length;
  const sums = emptySums(dimension);
  const products = emptySums((dimension * (dimension + 1)) / 2);
  let n = 0;
  for (const unit of vectors) {
    const deviations = deviationsOf(unit, centre);
    sums.forEach((sum, i) => {
      addTerm(sum, deviations[i] ?? 0);
    });
    productsOf(deviations).forEach((product, at) => {
      const sum = products[at];
      if (sum !== undefined) addTerm(sum, product);
    });
    n += 1;
  }
  return { n, centre: [...centre], sums: sums.map(totalOf), products: products.map(totalOf) };
}

/**
 * The moments with one more unit.
 * @example addUnit(emptyMoments([2]), [5]) // { n: 1, centre: [2], sums: [3], products: [9] }
 */
export function addUnit(moments: Moments, unit: readonly number[]): Moments {
  const deviations = deviationsOf(unit, moments.centre);
  return {
    n: moments.n + 1,
    centre: moments.centre,
    sums: moments.sums.map((sum, i) => sum + (deviations[i] ?? 0)),
    products: productsOf(deviations).map((product, at) => (moments.products[at] ?? 0) + product),
  };
}

function deviationsOf(unit: readonly number[], centre: readonly number[]): number[] {
  requireFiniteMembers('unit', unit);
  requireLength('unit', unit, centre.length);
  return unit.map((value, i) => value - (centre[i] ?? 0));
}

/** The upper triangle of the deviations' products, row by row. */
function productsOf(deviations: readonly number[]): number[] {
  return deviations.flatMap((x, i) => deviations.slice(i).map((y) => x * y));
}
