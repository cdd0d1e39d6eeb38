import { AnalysisInputError } from '../input-error.ts';

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

/** The moments of no units around a centre: the neutral element of `mergeMoments`. */
export function emptyMoments(centre: readonly number[]): Moments {
  requireFinite('centre', centre);
  const dimension = centre.length;
  return {
    n: 0,
    centre: [...centre],
    sums: new Array<number>(dimension).fill(0),
    products: new Array<number>((dimension * (dimension + 1)) / 2).fill(0),
  };
}

/**
 * The moments of some unit vectors around a centre; a centre near the data keeps the digits of the variance.
 * @example momentsOf([[1], [2], [4]], [2]) // { n: 3, centre: [2], sums: [1], products: [5] }
 */
export function momentsOf(vectors: Iterable<readonly number[]>, centre: readonly number[]): Moments {
  let moments = emptyMoments(centre);
  for (const vector of vectors) moments = addUnit(moments, vector);
  return moments;
}

/** The moments with one more unit. */
export function addUnit(moments: Moments, unit: readonly number[]): Moments {
  requireFinite('unit', unit);
  requireLength('unit', unit, moments.centre.length);
  const deviations = unit.map((value, i) => value - (moments.centre[i] ?? 0));
  const products = deviations.flatMap((x, i) => deviations.slice(i).map((y) => x * y));
  return {
    n: moments.n + 1,
    centre: moments.centre,
    sums: combine(moments.sums, deviations, 1),
    products: combine(moments.products, products, 1),
  };
}

/** The moments of both sets of units together; their centres must be the same. Commutative, associative up to rounding. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  return withOther(a, b, 1);
}

/** The moments of a without the units of b, which must be among those of a; their centres must be the same. */
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

/**
 * Throws an `AnalysisInputError` that names the field unless these are well-formed moments of one of the dimensions.
 * @param field path of the moments in the caller's input, such as `strata[0].arms.control`
 */
export function requireMoments(field: string, moments: Moments, dimensions: readonly number[]): void {
  const dimension = moments.centre.length;
  if (!dimensions.includes(dimension)) {
    throw new AnalysisInputError(`${field}.centre`, `of length ${dimensions.join(' or ')}`);
  }
  if (!Number.isSafeInteger(moments.n) || moments.n < 0) {
    throw new AnalysisInputError(`${field}.n`, 'a whole number of units');
  }
  requireFinite(`${field}.centre`, moments.centre);
  requireLength(`${field}.sums`, moments.sums, dimension);
  requireFinite(`${field}.sums`, moments.sums);
  requireLength(`${field}.products`, moments.products, (dimension * (dimension + 1)) / 2);
  requireFinite(`${field}.products`, moments.products);
  for (let i = 0; i < dimension; i += 1) {
    const at = productIndex(i, i, dimension);
    if ((moments.products[at] ?? 0) < 0) {
      throw new AnalysisInputError(`${field}.products[${at}]`, 'at least 0: it is a sum of squares');
    }
  }
}

/** Where the product of components i and j stands in `products`. */
export function productIndex(i: number, j: number, dimension: number): number {
  const row = Math.min(i, j);
  const column = Math.max(i, j);
  return row * dimension - (row * (row - 1)) / 2 + (column - row);
}

function requireFinite(field: string, values: readonly number[]): void {
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) throw new AnalysisInputError(`${field}[${i}]`, 'a finite number');
  });
}

function requireLength(field: string, values: readonly number[], length: number): void {
  if (values.length !== length) throw new AnalysisInputError(field, `of length ${length}`);
}
