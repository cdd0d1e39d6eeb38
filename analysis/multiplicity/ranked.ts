/** The positions of values from the smallest to the largest; equal ones keep their order. */
export function ranksUp(values: readonly number[]): readonly number[] {
  return values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0) || i - j);
}
