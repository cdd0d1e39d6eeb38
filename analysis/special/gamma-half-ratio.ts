/** From here on the asymptotic series holds to 1e-17. */
const LARGE = 16;

/**
 * Γ(a + ½)/Γ(a + 1) for a ≥ 0: Stirling's series of the logarithm of the ratio (Tricomi & Erdélyi 1951), for small a after
 * the recurrence. The normaliser of Student's t.
 */
export function gammaHalfRatio(a: number): number {
  let product = 1;
  let x = a;
  for (; x < LARGE; x += 1) product *= (x + 1) / (x + 0.5);
  const s = 1 / (x * x);
  const series =
    (-1 / 8 + s * (1 / 192 - s * (1 / 640 - s * (17 / 14336 - s * (31 / 18432 - (s * 691) / 180224))))) / x;
  return (product * Math.exp(series)) / Math.sqrt(x);
}
