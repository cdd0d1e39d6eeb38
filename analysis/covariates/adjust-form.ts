import type { LinearForm } from '../moments/index.ts';

/**
 * The linear form f − Σ θᵢ·gᵢ: what is left of a unit's figure when the covariates' share is taken off.
 * @example adjustForm([1], [[0, 1]], [0.5]) // [1, -0.5]
 */
export function adjustForm(
  form: LinearForm,
  covariates: readonly LinearForm[],
  coefficients: readonly number[],
): LinearForm {
  const length = Math.max(form.length, ...covariates.map((covariate) => covariate.length));
  return Array.from({ length }, (_, i) =>
    covariates.reduce(
      (rest, covariate, k) => rest - (coefficients[k] ?? 0) * (covariate[i] ?? 0),
      form[i] ?? 0,
    ),
  );
}
