import { AnalysisInputError } from '../input-error.ts';
import { requireFiniteMembers, requireLength } from './members.ts';
import type { Moments } from './moments.ts';
import { productIndex } from './product-index.ts';

/**
 * Throws an `AnalysisInputError` that names the field unless these are well-formed moments of one of the dimensions.
 * @param field path of the moments in the caller's input, such as `strata[0].arms.control`
 * @example requireMoments('arm', momentsOf([[1]], [0]), [1, 2]) ?? 'well-formed' // 'well-formed'
 */
export function requireMoments(field: string, moments: Moments, dimensions: readonly number[]): void {
  const dimension = moments.centre.length;
  if (!dimensions.includes(dimension)) {
    throw new AnalysisInputError(`${field}.centre`, `of length ${dimensions.join(' or ')}`);
  }
  if (!Number.isSafeInteger(moments.n) || moments.n < 0) {
    throw new AnalysisInputError(`${field}.n`, 'a whole number of units');
  }
  requireFiniteMembers(`${field}.centre`, moments.centre);
  requireLength(`${field}.sums`, moments.sums, dimension);
  requireFiniteMembers(`${field}.sums`, moments.sums);
  requireLength(`${field}.products`, moments.products, (dimension * (dimension + 1)) / 2);
  requireFiniteMembers(`${field}.products`, moments.products);
  for (let i = 0; i < dimension; i += 1) {
    const at = productIndex(i, i, dimension);
    if ((moments.products[at] ?? 0) < 0) {
      throw new AnalysisInputError(`${field}.products[${at}]`, 'at least 0: it is a sum of squares');
    }
  }
}
