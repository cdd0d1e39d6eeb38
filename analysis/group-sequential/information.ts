import { AnalysisInputError } from '../input-error.ts';
import { requireCount, requireFromTo } from '../requirements.ts';

/** One-sided (only an increase stops) or two-sided (symmetric). */
export type Sided = 1 | 2;

/** For more looks than this an any-time valid sequence is the better plan, and no slower to compute. */
export const MOST_LOOKS = 100;

/** What is found by a search costs several recursions over all looks. */
const MOST_LOOKS_OF_A_SEARCH = 50;

// No look has less than a billionth of the planned information or more than a thousand times as much.
const LEAST = 1e-9;
const MOST = 1000;

/** Looks closer than this share of their information are one look. */
const CLOSEST = 1e-6;

/**
 * The information fractions 1/K, 2/K, …, 1 of K looks after equal amounts of information.
 * @param looks K, from 1 to 100
 * @example equalFractions(4) // [0.25, 0.5, 0.75, 1]
 */
export function equalFractions(looks: number): readonly number[] {
  requireCount('looks', looks, 1);
  if (looks > MOST_LOOKS) throw new AnalysisInputError('looks', `at most ${MOST_LOOKS}`);
  return Array.from({ length: looks }, (_, i) => (i + 1) / looks);
}

/** Throws an `AnalysisInputError` unless these are the information fractions of successive looks. */
export function requireFractions(field: string, fractions: readonly number[]): void {
  if (fractions.length < 1 || fractions.length > MOST_LOOKS)
    throw new AnalysisInputError(field, `1 to ${MOST_LOOKS} fractions`);
  fractions.forEach((fraction, i) => {
    requireFromTo(`${field}[${i}]`, fraction, LEAST, MOST);
    const previous = fractions[i - 1] ?? 0;
    if (!(fraction - previous >= CLOSEST * fraction))
      throw new AnalysisInputError(
        `${field}[${i}]`,
        'above the one before by at least a millionth of itself',
      );
  });
}

/** Throws an `AnalysisInputError` where bounds or a drift would have to be searched for over too many looks. */
export function requireFewLooks(field: string, fractions: readonly number[]): void {
  if (fractions.length > MOST_LOOKS_OF_A_SEARCH)
    throw new AnalysisInputError(field, `at most ${MOST_LOOKS_OF_A_SEARCH} fractions`);
}

/** Successive looks, of which the last is the final one, at fraction 1. */
export function requireWholeFractions(field: string, fractions: readonly number[]): void {
  requireFractions(field, fractions);
  if (fractions[fractions.length - 1] !== 1)
    throw new AnalysisInputError(`${field}[${fractions.length - 1}]`, '1: the last look is the final one');
}
