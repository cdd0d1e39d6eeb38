const MOST_STEPS = 100;

/** The last step of a secant is far longer than the error that it leaves: the square of this, about. */
const LAST_STEP = 1e-9;

/**
 * Where an increasing function that is close to a straight line passes 0: the secant method, kept inside a bracket by
 * bisection. Meant for functions that are slow to compute: five or six values give twelve digits. f must be at most 0 at
 * the lower end and at least 0 at the upper one, but for rounding.
 */
export function rootOfIncreasing(f: (x: number) => number, lower: number, upper: number): number {
  let [low, high] = [lower, upper];
  let [x, fx] = [lower, f(lower)];
  if (fx >= 0) return lower;
  let [before, fBefore] = [upper, f(upper)];
  if (fBefore <= 0) return upper;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const secant = x - (fx * (x - before)) / (fx - fBefore);
    const next = secant > low && secant < high ? secant : (low + high) / 2;
    if (Math.abs(next - x) <= LAST_STEP * Math.max(1, Math.abs(x))) return next;
    [before, fBefore] = [x, fx];
    [x, fx] = [next, f(next)];
    if (fx === 0) return x;
    if (fx > 0) high = x;
    else low = x;
  }
  return x;
}
