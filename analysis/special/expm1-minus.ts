/** e^x − 1 − x, relative error of a few units in the last place: by its series where the terms nearly cancel. */
export function expm1Minus(x: number): number {
  // Written so that what is no number does not enter the series, which would not end.
  if (!(Math.abs(x) <= 1)) return Math.expm1(x) - x;
  let term = (x * x) / 2;
  let sum = term;
  for (let k = 3; ; k += 1) {
    term *= x / k;
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}
