/**
 * ln Σ wᵢ·exp(xᵢ), the logarithm of a weighted average whose members may overflow as numbers: how e-processes given by
 * their logarithms are averaged. Weights are above 0; without weights the plain average.
 * @example logMeanExp([1000, 1000 + Math.log(3)]) // 1000.6931471806
 */
export function logMeanExp(logs: readonly number[], weights?: readonly number[]): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const log of logs) largest = Math.max(largest, log);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (const [i, log] of logs.entries()) {
    sum += (weights === undefined ? 1 / logs.length : (weights[i] ?? 0)) * Math.exp(log - largest);
  }
  return largest + Math.log(sum);
}
