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
