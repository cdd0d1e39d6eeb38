import { addTerm, emptySums, totalOf } from './compensated-sum.ts';
import { requireFiniteMembers } from './members.ts';
import { type Moments, momentsOf } from './moments.ts';

/**
 * The moments of unit vectors around their own mean, in two passes: for values at hand, of which no centre is frozen yet.
 * The variance then keeps all the digits that the values themselves have (Chan, Golub & LeVeque 1983, "Algorithms for
 * computing the sample variance", the two-pass algorithm). Moments to be merged must share a centre: see `momentsOf`.
 * @param dimension of the vectors; must be given where there may be none
 * @example centredMomentsOf([[1], [2], [6]]) // { n: 3, centre: [3], sums: [0], products: [14] }
 */
export function centredMomentsOf(
  vectors: readonly (readonly number[])[],
  dimension = vectors[0]?.length ?? 1,
): Moments {
  const sums = emptySums(dimension);
  for (const unit of vectors) {
    requireFiniteMembers('unit', unit);
    // Shares, so that the sum of large values does not overflow.
    sums.forEach((sum, i) => {
      addTerm(sum, (unit[i] ?? 0) / vectors.length);
    });
  }
  return momentsOf(vectors, sums.map(totalOf));
}
