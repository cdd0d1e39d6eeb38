import { rootBetween } from '../roots/index.ts';
import type { Fineness } from './grid.ts';

/** Of the coarse function's root: more of its digits would be no use. */
const COARSE_PRECISION = 1e-6;

/** How far the slope is measured: near enough to be the slope at the root, far enough to be more than rounding. */
const AHEAD = 1e-4;

const MOST_STEPS = 6;
/** The error that such a step leaves is the ten-thousandth part of it. */
const LAST_STEP = 1e-7;

/**
 * The root of a function whose recursion over looks is slow on its fine grid, and a good guide on the coarse one: the coarse
 * root first, then straight steps by the coarse slope, each of which leaves a thousandth of the error or less. Two fine
 * values give twelve digits. Where such steps lead nowhere, `rootBetween` on the fine grid.
 */
export function rootByStages(
  f: (x: number, fineness: Fineness) => number,
  low: number,
  high: number,
): number {
  const guess = rootBetween((x) => f(x, 'coarse'), low, high, COARSE_PRECISION);
  const slope = (f(guess + AHEAD, 'coarse') - f(guess, 'coarse')) / AHEAD;
  let x = guess;
  for (let i = 0; i < MOST_STEPS && slope > 0; i += 1) {
    const step = f(x, 'fine') / slope;
    x -= step;
    if (!(Math.abs(step) < 0.1)) break;
    if (Math.abs(step) < LAST_STEP * Math.max(1, Math.abs(x))) return x;
  }
  return rootBetween((at) => f(at, 'fine'), low, high);
}
