/** From here on Stirling's series holds. */
const LARGE = 16;

/** Coefficients of 1/x, 1/x³, … in Stirling's series of ln Γ. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/**
 * ln Γ(a + b) − ln Γ(a) for a > 0, 0 ≤ b ≤ 1, relative to b even where b is tiny: Stirling's formula for both, subtracted
 * term by term, for small a after the recurrence.
 */
export function gammaRatioLog(a: number, b: number): number {
  let carried = 0;
  let x = a;
  for (; x < LARGE; x += 1) carried -= Math.log1p(b / x);
  const step = Math.log1p(b / x);
  let sum = (x + b - 0.5) * step + b * (Math.log(x) - 1);
  STIRLING.forEach((coefficient, i) => {
    const power = 2 * i + 1;
    sum += coefficient * x ** -power * Math.expm1(-power * step);
  });
  return carried + sum;
}
