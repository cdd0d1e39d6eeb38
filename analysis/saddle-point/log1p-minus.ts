/**
 * ln(1 + x) − x for x > −1, relative error of a few units in the last place: by ln(1 + x) = 2·artanh(x/(2 + x)) where the
 * two terms nearly cancel.
 * @example log1pMinus(1) // -0.306852819440
 */
export function log1pMinus(x: number): number {
  const r = x / (2 + x);
  if (Math.abs(r) > 0.5) return Math.log1p(x) - x;
  return 2 * artanhMinus(r) - x * r;
}

/** artanh(r) − r for |r| ≤ ½, by its series. */
export function artanhMinus(r: number): number {
  const square = r * r;
  let power = r * square;
  let sum = 0;
  for (let k = 3; ; k += 2) {
    const next = sum + power / k;
    // No number never settles either.
    if (next === sum || Number.isNaN(next)) return next;
    sum = next;
    power *= square;
  }
}
