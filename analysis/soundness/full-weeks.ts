import { requireNotNegative } from '../requirements.ts';
import type { Soundness } from './status.ts';

/**
 * Has every day of the week been seen? Users of the weekend are others than those of working days, so `suspect` below
 * seven days (Kohavi, Tang & Xu 2020, chapter 2, "run for at least a week"). Beyond a week what is left over weighs the
 * more the fewer full weeks there are; it is given, not judged.
 * @param days from the first to the last moment whose units count, fractions included
 * @example fullWeeks(17.5) // { status: 'sound', weeks: 2, daysBeyond: 3.5 }
 */
export function fullWeeks(days: number): Soundness<{
  readonly days: number;
  readonly weeks: number;
  readonly daysBeyond: number;
}> {
  requireNotNegative('days', days);
  const weeks = Math.floor(days / 7);
  return {
    kind: 'estimate',
    status: weeks < 1 ? 'suspect' : 'sound',
    days,
    weeks,
    daysBeyond: days - 7 * weeks,
  };
}
