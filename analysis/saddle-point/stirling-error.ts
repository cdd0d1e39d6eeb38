/** Below this the recurrence carries n upwards first. */
const LARGE = 16;

/**
 * Stirling's error ln Γ(n + 1) − [(n + ½)·ln n − n + ½·ln 2π] for n > 0 (Loader 2000), absolute error below 1e-15 times the
 * size of ln n: the asymptotic series, for small n after the recurrence δ(n) = δ(n + 1) + (n + ½)·ln(1 + 1/n) − 1.
 * @example stirlingError(10) // 0.008330563433
 */
export function stirlingError(n: number): number {
  let carried = 0;
  let x = n;
  for (; x < LARGE; x += 1) carried += (x + 0.5) * Math.log1p(1 / x) - 1;
  const s = 1 / (x * x);
  const series =
    (1 / 12 -
      s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360 - s / 156)))))) /
    x;
  return carried + series;
}
