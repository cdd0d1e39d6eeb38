/**
 * The percentile of the values and `zeros` more that are 0, by linear interpolation between order statistics: with N
 * values sorted, position (N − 1)·p. This is R's type 7, numpy's default and a spreadsheet's PERCENTILE (Hyndman and
 * Fan 1996, definition 7). Undefined without values. Sorts `values`.
 * @param p between 0 and 1
 */
export function percentile(values: Float64Array, zeros: number, p: number): number | undefined {
  const sorted = values.sort();
  const count = sorted.length + zeros;
  if (count === 0) return undefined;
  const positive = sorted.findIndex((value) => value > 0);
  const negatives = positive < 0 ? sorted.length : positive;
  const at = (rank: number) => {
    if (rank < negatives) return sorted[rank] ?? 0;
    return rank < negatives + zeros ? 0 : (sorted[rank - zeros] ?? 0);
  };
  const position = (count - 1) * p;
  const below = Math.floor(position);
  const low = at(below);
  return below + 1 < count ? low + (position - below) * (at(below + 1) - low) : low;
}
