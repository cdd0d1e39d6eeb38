const MOST_TERMS = 100_000;
const TINY = 1e-300;

/**
 * The continued fraction of a·B(a, b)·I_x(a, b)/(x^a·y^b), y = 1 − x, for x not above (a + 1)/(a + b + 2) (Abramowitz &
 * Stegun 26.5.8), after Lentz as modified by Thompson & Barnett (1986).
 */
export function betaContinuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = ((m * (b - m)) / (a + 2 * m - 1)) * (x / (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) / (a + 2 * m)) * (((a + b + m) * x) / (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = d * c;
    h *= factor;
    if (Math.abs(factor - 1) < 2e-16) break;
  }
  return h;
}

function nonZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
