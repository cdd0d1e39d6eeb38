import { AnalysisInputError } from '../input-error.ts';
import { requirePseudoCount } from '../requirements.ts';

/**
 * How the mixture spreads over the shares that the arms may have instead of their weights: one Dirichlet in pseudo-counts
 * per arm, or Dirichlets around the weights of these concentrations k (α = k·θ), averaged. The larger k, the smaller the
 * deviations that are looked for.
 */
export type SampleRatioPrior =
  | { readonly dirichlet: readonly number[] }
  | { readonly concentrations: readonly number[] };

/** k = 10 … 10⁵: from gross to subtle deviations. */
export const DEFAULT_PRIOR: SampleRatioPrior = { concentrations: [10, 100, 1000, 10_000, 100_000] };

/** The Dirichlets to average, for the arms that may have units, given by their indices and shares. */
export function dirichletsOf(
  prior: SampleRatioPrior,
  arms: readonly number[],
  shares: readonly number[],
): readonly (readonly number[])[] {
  if ('dirichlet' in prior) return [arms.map((arm) => prior.dirichlet[arm] ?? 0)];
  return prior.concentrations.map((concentration) => shares.map((share) => concentration * share));
}

/** Pseudo-counts above 0 for each arm, or at least one concentration above 0. */
export function requirePrior(prior: SampleRatioPrior, arms: number): void {
  if ('dirichlet' in prior) {
    if (prior.dirichlet.length !== arms)
      throw new AnalysisInputError('prior.dirichlet', `of length ${arms}, as weights is`);
    prior.dirichlet.forEach((count, i) => {
      requirePseudoCount(`prior.dirichlet[${i}]`, count);
    });
    return;
  }
  if (prior.concentrations.length === 0)
    throw new AnalysisInputError('prior.concentrations', 'of at least one concentration');
  prior.concentrations.forEach((concentration, i) => {
    requirePseudoCount(`prior.concentrations[${i}]`, concentration);
  });
}
