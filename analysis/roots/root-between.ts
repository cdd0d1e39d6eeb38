const MOST_STEPS = 200;

/**
 * The root of a continuous function between two points at which its signs differ, to the last bits: Chandrupatla's
 * hybrid of bisection and inverse quadratic interpolation (Chandrupatla 1997, Advances in Engineering Software 28,
 * 145–149), which never leaves the bracket. Where the signs do not differ, the end at which |f| is smaller.
 * @param precision relative, for functions that are themselves no better
 * @example rootBetween((x) => x * x - 2, 0, 2) // 1.414213562373
 */
export function rootBetween(
  f: (x: number) => number,
  low: number,
  high: number,
  precision = 2 * Number.EPSILON,
): number {
  // b is the newest point and a the end of the bracket on its other side; c is the point before.
  const [fLow, fHigh] = [f(low), f(high)];
  // Rounding puts a root that is an end of the bracket on the wrong side of it.
  if (Math.sign(fLow) === Math.sign(fHigh)) return Math.abs(fLow) < Math.abs(fHigh) ? low : high;
  let [b, a, c] = [low, high, high];
  let [fb, fa, fc] = [fLow, fHigh, fHigh];
  let share = 0.5;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = a + share * (b - a);
    const value = f(next);
    if (Math.sign(value) === Math.sign(fa)) {
      [c, fc] = [a, fa];
    } else {
      [c, b, fc, fb] = [b, a, fb, fa];
    }
    [a, fa] = [next, value];
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const width = Math.abs(b - a);
    const tolerance = precision * Math.abs(best);
    if (fa === 0 || fb === 0 || width <= 2 * tolerance) return best;
    share = interpolated(a, fa, b, fb, c, fc) ?? 0.5;
    const least = tolerance / width;
    share = Math.min(1 - least, Math.max(least, share));
  }
  return Math.abs(fa) < Math.abs(fb) ? a : b;
}

/**
 * The root of a continuous function that is below 0 at `low` and, somewhere above it, not: from `guess` on in doublings
 * until it is, then `rootBetween`.
 * @example rootAbove((x) => x * x - 50, 1, 2) // 7.0710678118655
 */
export function rootAbove(
  f: (x: number) => number,
  low: number,
  guess: number,
  precision = 2 * Number.EPSILON,
): number {
  let high = guess;
  while (f(high) < 0) high *= 2;
  return rootBetween(f, low, high, precision);
}

/** How far from a towards b inverse quadratic interpolation puts the root; null where it is not to be trusted. */
function interpolated(a: number, fa: number, b: number, fb: number, c: number, fc: number): number | null {
  const xi = (a - b) / (c - b);
  const phi = (fa - fb) / (fc - fb);
  if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)) return null;
  const share =
    (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb));
  return Number.isFinite(share) ? share : null;
}
