import { AnalysisInputError } from '../input-error.ts';
import { requireFraction, requirePositive } from '../requirements.ts';
import type { BoundSides } from './beta-binomial.ts';

/** What is fixed before the first value of an arm. */
export interface BoundedMeanPlan {
  /** What no value exceeds; none is below 0. Fixed beforehand, never taken from the same values. */
  readonly cap: number;
  /** Of both bounds together, or of the one asked for. */
  readonly alpha: number;
  /** Both unless said otherwise. */
  readonly sides?: BoundSides;
}

/** Where the mean of an arm lies, in the metric's unit. */
export interface MeanBounds {
  readonly n: number;
  /** 0 where nothing more is known. */
  readonly lower: number;
  /** The cap where nothing more is known. */
  readonly upper: number;
}

/** A plan that can be followed, or an `AnalysisInputError`. */
export function requireBoundedMeanPlan({ cap, alpha }: BoundedMeanPlan): void {
  requirePositive('cap', cap);
  requireFraction('alpha', alpha);
}

/** Values from 0 to the cap. */
export function requireBounded(values: readonly number[], cap: number): void {
  for (const [i, value] of values.entries()) {
    if (!(value >= 0 && value <= cap))
      throw new AnalysisInputError(`values[${i}]`, `from 0 to the cap of ${cap}`);
  }
}

/** ln(1/α) of each bound: α is halved where both are asked for. */
export function logInverseAlpha(alpha: number, sides: BoundSides): number {
  return sides === 'both' ? Math.log(2) - Math.log(alpha) : -Math.log(alpha);
}
