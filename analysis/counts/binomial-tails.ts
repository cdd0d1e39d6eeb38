import { incompleteBeta, logGamma } from '../special/index.ts';

/** P(X ≤ k) of the binomial distribution of n trials, each with the odds p : q. */
export function binomialLower(k: number, n: number, p: number, q: number): number {
  return k >= n ? 1 : incompleteBeta(q, n - k, k + 1, p);
}

/** P(X ≥ k) of the same. */
export function binomialUpper(k: number, n: number, p: number, q: number): number {
  return k <= 0 ? 1 : incompleteBeta(p, k, n - k + 1, q);
}

/** Rounding of equal probabilities, as R and SciPy allow for it. */
const TIE = 1e-7;

/**
 * The probability of all outcomes that are as unlikely as k or less likely: k's own tail, and the other tail from the first
 * outcome there that is not more likely, which is found by bisection as the distribution has one mode.
 */
export function binomialAsUnlikely(k: number, n: number, p: number, q: number): number {
  const log = (x: number) => x * Math.log(p) + (n - x) * Math.log(q) - logGamma(x + 1) - logGamma(n - x + 1);
  const limit = log(k) + TIE;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  if (k === mode) return 1;
  const below = k < mode;
  // Invariant: `inside` is more likely than k, `outside` is not or lies beyond the end.
  let [inside, outside] = below ? [mode, n + 1] : [mode, -1];
  if (log(mode) <= limit) return 1;
  while (Math.abs(outside - inside) > 1) {
    const middle = Math.trunc((inside + outside) / 2);
    if (log(middle) <= limit) outside = middle;
    else inside = middle;
  }
  const own = below ? binomialLower(k, n, p, q) : binomialUpper(k, n, p, q);
  const other = below
    ? outside > n
      ? 0
      : binomialUpper(outside, n, p, q)
    : outside < 0
      ? 0
      : binomialLower(outside, n, p, q);
  return Math.min(1, own + other);
}
