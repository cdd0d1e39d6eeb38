import type { Count } from './newcombe.ts';

const MOST_STEPS = 200;

/** Two proportions and their complements, each with its own digits. */
export interface RestrictedProportions {
  readonly p1: number;
  readonly q1: number;
  readonly p2: number;
  readonly q2: number;
}

/**
 * The maximum likelihood estimates of two proportions under p1 − p2 = δ: the root of a cubic (Miettinen & Nurminen 1985,
 * "Comparative analysis of two rates", appendix 1; trigonometric solution by Farrington & Manning 1990), which near 0 and
 * 1 has few digits left and is therefore polished by Newton's method on the score, inside a bracket.
 * @param delta strictly between −1 and 1
 */
export function restrictedDifference(one: Count, two: Count, delta: number): RestrictedProportions {
  if (delta < 0) {
    const { p1, q1, p2, q2 } = restrictedDifference(two, one, -delta);
    return { p1: p2, q1: q2, p2: p1, q2: q1 };
  }
  // Of p2 and 1 − p1 the smaller is solved for; the sign of the score where they are equal says which it is.
  const middle = (1 - delta) / 2;
  if (weightedScore(one, two, delta, middle) <= 0) {
    const p2 = smallRoot(one, two, delta, middle);
    return { p1: p2 + delta, q1: 1 - delta - p2, p2, q2: 1 - p2 };
  }
  const q1 = smallRoot(missed(two), missed(one), delta, middle);
  return { p1: 1 - q1, q1, p2: 1 - delta - q1, q2: q1 + delta };
}

/** p times the derivative of the log-likelihood by p = p2: falls from x2 at 0, and has one root up to `middle`. */
function weightedScore(one: Count, two: Count, delta: number, p: number): number {
  const first = p === 0 && delta === 0 ? one.events : (one.events * p) / (p + delta);
  return (
    two.events +
    first -
    ((one.units - one.events) * p) / (1 - delta - p) -
    ((two.units - two.events) * p) / (1 - p)
  );
}

function smallRoot(one: Count, two: Count, delta: number, middle: number): number {
  // Without events in the second arm the score divided by p decides whether there is a root above 0.
  if (two.events === 0) {
    if (
      delta === 0
        ? one.events === 0
        : one.events / delta <= (one.units - one.events) / (1 - delta) + two.units
    )
      return 0;
  }
  let [low, high] = [0, middle];
  let p = rootOfCubic(one, two, delta);
  if (!(p > low && p < high)) p = middle / 2;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const value = weightedScore(one, two, delta, p);
    if (value === 0) return p;
    if (value > 0) low = p;
    else high = p;
    const slope =
      (one.events * delta) / (p + delta) ** 2 -
      ((one.units - one.events) * (1 - delta)) / (1 - delta - p) ** 2 -
      (two.units - two.events) / (1 - p) ** 2;
    const newton = p - value / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - p) <= 4e-16 * p || next === low || next === high) return next;
    p = next;
  }
  return p;
}

function rootOfCubic(one: Count, two: Count, delta: number): number {
  const units = one.units + two.units;
  const events = one.events + two.events;
  const a = units;
  const b = (one.units + 2 * two.units) * delta - units - events;
  const c = (two.units * delta - units - 2 * two.events) * delta + events;
  const d = two.events * delta * (1 - delta);
  const centre = b / (3 * a);
  const v = centre ** 3 - (b * c) / (6 * a * a) + d / (2 * a);
  const u = Math.sign(v) * Math.sqrt(Math.max(0, centre * centre - c / (3 * a)));
  const cosine = u === 0 ? 0 : Math.min(1, Math.max(-1, v / u ** 3));
  return 2 * u * Math.cos((Math.PI + Math.acos(cosine)) / 3) - centre;
}

function missed({ events, units }: Count): Count {
  return { events: units - events, units };
}
