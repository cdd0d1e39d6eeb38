import { AnalysisInputError } from './input-error.ts';

// What arguments must be. Each throws an `AnalysisInputError` that names the field.

/** A finite number. */
export function requireFinite(field: string, value: number): void {
  if (!Number.isFinite(value)) throw new AnalysisInputError(field, 'a finite number');
}

/** A finite number above 0. */
export function requirePositive(field: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new AnalysisInputError(field, 'a finite number above 0');
}

/** A finite number of at least 0. */
export function requireNotNegative(field: string, value: number): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new AnalysisInputError(field, 'a finite number of at least 0');
}

/** A whole number of at least `least`, small enough for doubles to count. */
export function requireCount(field: string, value: number, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new AnalysisInputError(field, `a whole number of at least ${least}`);
}

/** A probability strictly between 0 and 1: an alpha, a quantile, a share. */
export function requireFraction(field: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new AnalysisInputError(field, 'above 0 and below 1');
}

/** A probability from 0 to 1. */
export function requireProbability(field: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new AnalysisInputError(field, 'from 0 to 1');
}

/** A number between two bounds that it may reach. */
export function requireFromTo(field: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) throw new AnalysisInputError(field, `from ${least} to ${most}`);
}

/** A prior's pseudo-count, neither so small nor so large that counts of units are lost beside it. */
export function requirePseudoCount(field: string, value: number): void {
  requireFromTo(field, value, 1e-9, 1e15);
}

/** One side or both. */
export function requireSided(sided: number): void {
  if (sided !== 1 && sided !== 2) throw new AnalysisInputError('sided', '1 or 2');
}

/** An alpha above 0 and below 1; of one side below ½, where its critical value would be 0. */
export function requireAlpha(alpha: number, sided: number): void {
  requireFraction('alpha', alpha);
  if (sided === 1 && alpha >= 0.5) throw new AnalysisInputError('alpha', 'below 0.5 for a one-sided test');
}

/** What a computation gives; where it refuses an argument, the error's path is led through `field`. */
export function withinField<T>(field: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof AnalysisInputError)) throw error;
    const requirement = error.message.slice(`${error.field} must be `.length, -1);
    throw new AnalysisInputError(`${field}.${error.field}`, requirement);
  }
}
