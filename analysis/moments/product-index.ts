/**
 * Where the product of components i and j stands in `products`.
 * @example productIndex(1, 2, 3) // 4
 */
export function productIndex(i: number, j: number, dimension: number): number {
  const row = Math.min(i, j);
  const column = Math.max(i, j);
  return row * dimension - (row * (row - 1)) / 2 + (column - row);
}
