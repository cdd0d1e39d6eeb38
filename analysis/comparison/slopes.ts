import { adjustForm } from '../covariates/index.ts';
import { centredProduct, covarianceOf, type LinearForm, meanOf } from '../moments/index.ts';
import type { VariancePart } from './difference-estimate.ts';
import type { StratumPair } from './strata.ts';

/** Coefficients of covariates: the same in both arms (CUPED), or each arm's own (Lin). */
export interface ArmSlopes {
  readonly covariates: readonly LinearForm[];
  readonly control: readonly number[];
  readonly treatment: readonly number[];
}

/**
 * The form whose means differ by the adjusted difference of a stratum. Each arm is adjusted to the mean of x over both,
 * ȳT − θT(x̄T − x̄) − ȳC + θC(x̄C − x̄) with x̄ = (nC·x̄C + nT·x̄T)/N, so that (θT·nC + θC·nT)/N is taken off (Lin 2013, "Agnostic
 * notes on regression adjustments to experimental data", section 3).
 */
export function differenceForm(outcome: LinearForm, pair: StratumPair, slopes: ArmSlopes): LinearForm {
  const { covariates, control, treatment } = slopes;
  if (covariates.length === 0) return outcome;
  const units = pair.control.n + pair.treatment.n;
  const taken = control.map((theta, i) =>
    theta === treatment[i]
      ? theta
      : ((treatment[i] ?? 0) * pair.control.n + theta * pair.treatment.n) / units,
  );
  return adjustForm(outcome, covariates, taken);
}

/**
 * What varies because x̄, the point where two different slopes are compared, is a sample's: w²(θT − θC)²s²x/N (Lin 2013,
 * section 4, for units from a superpopulation), s²x over both arms together.
 */
export function slopesPart(outcome: LinearForm, pair: StratumPair, slopes: ArmSlopes): VariancePart {
  const { control, treatment, weight } = pair;
  const units = control.n + treatment.n;
  const gaps = slopes.control.map((theta, i) => (slopes.treatment[i] ?? 0) - theta);
  const gap = adjustForm(
    [],
    slopes.covariates,
    gaps.map((value) => -value),
  );
  const apart = meanOf(treatment, gap) - meanOf(control, gap);
  const squares =
    centredProduct(control, gap, gap) +
    centredProduct(treatment, gap, gap) +
    ((control.n * treatment.n) / units) * apart * apart;
  const scale = (weight * weight) / units;
  return {
    variance: (scale * squares) / (units - 1),
    control: 0,
    shared: -scale * covarianceOf(control, gap, outcome),
    df: units - 1,
  };
}
