import type { VariancePart } from './difference-estimate.ts';

/** One stratum's own difference and control figure, its weight and its units. */
export interface StratumFigures {
  readonly difference: number;
  readonly control: number;
  readonly weight: number;
  readonly units: number;
}

/**
 * What the strata's shares add to the variance where they are those of a sample rather than fixed by design: Σ w(δₖ − δ)²/N
 * (Miratrix, Sekhon & Yu 2013, "Adjusting treatment effect estimates by post-stratification in randomized experiments";
 * Cochran 1977, 5A.9), and the same of the control's figure and of both together.
 */
export function betweenStrata(strata: readonly StratumFigures[]): VariancePart {
  const units = strata.reduce((sum, stratum) => sum + stratum.units, 0);
  const mean = (value: (stratum: StratumFigures) => number) =>
    strata.reduce((sum, stratum) => sum + stratum.weight * value(stratum), 0);
  const difference = mean((stratum) => stratum.difference);
  const control = mean((stratum) => stratum.control);
  return {
    variance: mean((stratum) => (stratum.difference - difference) ** 2) / units,
    control: mean((stratum) => (stratum.control - control) ** 2) / units,
    shared: -mean((stratum) => (stratum.difference - difference) * (stratum.control - control)) / units,
    df: units - 1,
  };
}
