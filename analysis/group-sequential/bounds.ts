import type { Sided } from './information.ts';

/** The bounds of a group-sequential test. All lists have one entry per look. */
export interface GroupSequentialBounds {
  readonly informationFractions: readonly number[];
  readonly sided: Sided;
  /**
   * Critical values: the test stops at a look where z (two-sided |z|) is at least this. Null where it cannot stop: no
   * alpha (or less than 1e-300) is spent there.
   */
  readonly z: readonly (number | null)[];
  /** The fixed-sample p that z must not exceed: of one side, or of both. 0 where the test cannot stop. */
  readonly nominalP: readonly number[];
  /** Probability under no effect to have stopped up to the look: of one side, or of both. */
  readonly alphaSpent: readonly number[];
}
