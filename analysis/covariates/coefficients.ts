import { centredProduct, type LinearForm, type Moments } from '../moments/index.ts';

/** A pivot that is this small a share of its sum of squares is rounding: the covariate repeats those before it. */
const COLLINEAR = 1e-10;

/**
 * The coefficients θ = Sxx⁻¹·Sxy of an outcome on covariates, sums of products centred within each of the given arms of
 * each stratum: CUPED's θ (Deng, Xu, Kohavi & Walker 2013, "Improving the sensitivity of online controlled experiments
 * by utilizing pre-experiment data", equation 4) for several covariates, by the normal equations in LDLᵀ form. A covariate that
 * does not vary, or that repeats those before it, has the coefficient 0; null where that is so of all of them.
 * @example covariateCoefficients([momentsOf([[2, 1], [4, 2], [6, 3]], [0, 0])], [1], [[0, 1]]) // [2]
 */
export function covariateCoefficients(
  arms: readonly Moments[],
  outcome: LinearForm,
  covariates: readonly LinearForm[],
): readonly number[] | null {
  const sum = (f: LinearForm, g: LinearForm) =>
    arms.reduce((total, arm) => total + centredProduct(arm, f, g), 0);
  const scales = covariates.map((x) => Math.sqrt(Math.max(0, sum(x, x))));
  const kept: Row[] = [];
  covariates.forEach((x, i) => {
    const scale = scales[i] ?? 0;
    if (!(scale > 0)) return;
    const products = kept.map((row) => sum(covariates[row.covariate] ?? [], x) / row.scale / scale);
    const lower: number[] = [];
    kept.forEach((row, j) => {
      const known = row.lower.reduce((total, l, k) => total + l * (lower[k] ?? 0) * (kept[k]?.pivot ?? 0), 0);
      lower[j] = ((products[j] ?? 0) - known) / row.pivot;
    });
    const pivot = 1 - lower.reduce((total, l, k) => total + l * l * (kept[k]?.pivot ?? 0), 0);
    if (pivot <= COLLINEAR) return;
    const known = lower.reduce((total, l, k) => total + l * (kept[k]?.right ?? 0), 0);
    kept.push({ covariate: i, scale, lower, pivot, right: sum(outcome, x) / scale - known });
  });
  if (kept.length === 0) return null;
  const coefficients = covariates.map(() => 0);
  const solved: number[] = [];
  for (let j = kept.length - 1; j >= 0; j -= 1) {
    const row = kept[j];
    if (row === undefined) continue;
    const later = solved.reduce((total, value, k) => total + value * (kept[k]?.lower[j] ?? 0), 0);
    solved[j] = row.right / row.pivot - later;
    coefficients[row.covariate] = (solved[j] ?? 0) / row.scale;
  }
  return coefficients.every(Number.isFinite) ? coefficients : null;
}

/** A covariate's row of L (ahead of its diagonal 1) and of D, scaled to a diagonal of 1, and L⁻¹ of the right side. */
interface Row {
  readonly covariate: number;
  readonly scale: number;
  readonly lower: readonly number[];
  readonly pivot: number;
  readonly right: number;
}
