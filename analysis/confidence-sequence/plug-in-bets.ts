/** Running figures of the values so far, scaled to [0, 1], from which the next bet is made before its value is seen. */
export interface PlugIn {
  /** Values so far. */
  readonly n: number;
  readonly sum: number;
  /** Σ(xᵢ − μ̂ᵢ)², each value against the mean up to and with it. */
  readonly squares: number;
}

/** Before the first value. */
export const NO_VALUES: PlugIn = { n: 0, sum: 0, squares: 0 };

/** μ̂ = (½ + Σx)/(n + 1): the mean with one value of ½ added. */
export function plugInMean({ n, sum }: PlugIn): number {
  return (0.5 + sum) / (n + 1);
}

/**
 * The predictable plug-in bet on the next value t = n + 1, √(2 ln(1/α)/(σ̂²_{t−1}·t·ln(1 + t))) with
 * σ̂² = (¼ + Σ(xᵢ − μ̂ᵢ)²)/(n + 1) (Waudby-Smith & Ramdas 2023, eqs. 15 and 26), untruncated.
 * @param logInverse ln(1/α) of one bound
 */
export function plugInBet({ n, squares }: PlugIn, logInverse: number): number {
  const variance = (0.25 + squares) / (n + 1);
  return Math.sqrt((2 * logInverse) / (variance * (n + 1) * Math.log(n + 2)));
}

/** The figures with one value more. */
export function withValue({ n, sum, squares }: PlugIn, value: number): PlugIn {
  const next = { n: n + 1, sum: sum + value, squares };
  return { ...next, squares: squares + (value - plugInMean(next)) ** 2 };
}
