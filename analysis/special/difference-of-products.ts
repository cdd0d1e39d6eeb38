/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134217729;

/**
 * a·b − c·d as if computed exactly and rounded once or twice, for magnitudes whose products neither overflow nor vanish:
 * Dekker's product (Dekker 1971, "A floating-point technique for extending the available precision").
 */
export function differenceOfProducts(a: number, b: number, c: number, d: number): number {
  const left = a * b;
  const right = c * d;
  return left - right + (productError(a, b, left) - productError(c, d, right));
}

/** a·b − product, exactly. */
function productError(a: number, b: number, product: number): number {
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function split(x: number): [high: number, low: number] {
  const scaled = SPLITTER * x;
  const high = scaled - (scaled - x);
  return [high, x - high];
}
