import { AnalysisInputError } from '../input-error.ts';
import { requireCount, requirePositive } from '../requirements.ts';

/** One-sided (only an increase stops) or two-sided (symmetric). */
export type Sided = 1 | 2;

/** More looks than one a day for a year add nothing. */
const MOST_LOOKS = 400;

/** Looks closer than this share of their information are one look. */
const CLOSEST = 1e-6;

/**
 * The information fractions 1/K, 2/K, …, 1 of K looks after equal amounts of information.
 * @param looks K, from 1 to 400
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
    requirePositive(`${field}[${i}]`, fraction);
    const previous = fractions[i - 1] ?? 0;
    if (!(fraction - previous >= CLOSEST * fraction))
      throw new AnalysisInputError(
        `${field}[${i}]`,
        'above the one before by at least a millionth of itself',
      );
  });
}

/** The same, where the last look is the final one, at fraction 1. */
export function requireWholeFractions(field: string, fractions: readonly number[]): void {
  requireFractions(field, fractions);
  if (fractions[fractions.length - 1] !== 1)
    throw new AnalysisInputError(`${field}[${fractions.length - 1}]`, '1: the last look is the final one');
}

/** Throws an `AnalysisInputError` unless it is 1 or 2. */
export function requireSided(sided: Sided): void {
  if (sided !== 1 && sided !== 2) throw new AnalysisInputError('sided', '1 or 2');
}
