import { edgeBetween } from '../roots/index.ts';

const ALMOST_ONE = 1 - 2 ** -53;

/**
 * Where a set begins that reaches down from `inside` ≤ 1 towards 0: to the last bits, from outside, so that a bound errs to
 * the wide side.
 */
export function firstInside(inside: number, isInside: (x: number) => boolean): number {
  let within = Math.min(inside, ALMOST_ONE);
  let below = within / 2;
  while (below > 0 && isInside(below)) {
    within = below;
    below /= 2;
  }
  return edgeBetween(isInside, { inside: within, outside: below }).outside;
}
