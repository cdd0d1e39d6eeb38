import { deviance, stirlingError } from '../saddle-point/index.ts';

/**
 * Logarithm of the Bayes factor of a Dirichlet(α) mixture of multinomials against the single multinomial with shares θ,
 * ln E = ln Γ(Σα) − ln Γ(Σα+n) + Σ[ln Γ(αᵢ+Sᵢ) − ln Γ(αᵢ) − Sᵢ·ln θᵢ] (Lindon & Malek 2022, "Anytime-valid inference for
 * multinomial count data", eq. 9). Under θ, as counts arrive, exp of it is a martingale that starts at 1.
 * Written by Stirling's formula as a sum of deviances, whose large parts cancel on paper: the error stays near 1e-15 times
 * Σ|Sᵢ − n·θᵢ|, not times n·ln n.
 * @param counts Sᵢ ≥ 0 of each arm
 * @param shares θᵢ > 0 of each arm, of sum 1
 * @param prior αᵢ > 0 of each arm, in pseudo-counts
 * @example logBayesFactor([60, 63, 32], [0.4, 0.4, 0.2], [1, 1, 1]) // -4.18381398
 */
export function logBayesFactor(
  counts: readonly number[],
  shares: readonly number[],
  prior: readonly number[],
): number {
  let n = 0;
  let concentration = 0;
  for (const count of counts) n += count;
  for (const weight of prior) concentration += weight;
  let log =
    0.5 * Math.log1p(n / concentration) - stirlingError(concentration + n) + stirlingError(concentration);
  for (const [i, share] of shares.entries()) {
    const count = counts[i] ?? 0;
    const weight = prior[i] ?? 0;
    const surplus = weight - concentration * share;
    log += deviance(weight + count, (concentration + n) * share, surplus + (count - n * share));
    log -= deviance(weight, concentration * share, surplus);
    log += stirlingError(weight + count) - stirlingError(weight) - 0.5 * Math.log1p(count / weight);
  }
  return log;
}
