import type { Count } from './newcombe.ts';
import type { RestrictedProportions } from './restricted-difference.ts';

/**
 * The maximum likelihood estimates of two proportions under p1 = R·p2: the root of a quadratic (Miettinen & Nurminen 1985,
 * equation 12), in the form that loses no digits where events are rare.
 * @param ratio R, above 0
 */
export function restrictedRatio(one: Count, two: Count, ratio: number): RestrictedProportions {
  if (ratio > 1) {
    const { p1, q1, p2, q2 } = restrictedRatio(two, one, 1 / ratio);
    return { p1: p2, q1: q2, p2: p1, q2: q1 };
  }
  const units = one.units + two.units;
  const events = one.events + two.events;
  // N·R·p² − b·p + x = 0 for p = p2.
  const b = (one.units + two.events) * ratio + one.events + two.units;
  const root = Math.sqrt(Math.max(0, b * b - 4 * units * ratio * events));
  const p2 = Math.min(1, (2 * events) / (b + root));
  return { p1: ratio * p2, q1: 1 - ratio * p2, p2, q2: 1 - p2 };
}
