import type { Effects } from '../effects.ts';
import type { Moments } from '../moments/index.ts';

/** Units that may be compared with each other: an epoch or a post-stratum, the moments of all its arms by variant. */
export interface Stratum {
  readonly arms: Readonly<Record<string, Moments>>;
}

/** Two arms to be compared, with all arms beside them: the covariate's θ is one for all. */
export interface ComparisonInput {
  readonly strata: readonly Stratum[];
  readonly control: string;
  readonly treatment: string;
  /** Two-sided: intervals have confidence 1 − alpha. */
  readonly alpha: number;
  /** Adjust by the pre-period (CUPED)? The moments then carry the covariate. */
  readonly covariate: boolean;
  /**
   * One θ for all arms (the default), or Lin's slope per arm, which never loses precision, not even with unequal splits
   * (Lin 2013). Means and proportions only.
   */
  readonly slopes?: 'common' | 'per-arm';
  /**
   * What the strata are: epochs, whose sizes were decided (the default), or cells of a property that a sample of units
   * happens to have, whose sizes vary from sample to sample and add to the variance.
   */
  readonly strataAre?: 'epochs' | 'post-strata';
}

export type ComparisonMethod =
  | 'welch'
  | 'welch+cuped'
  | 'score+newcombe'
  | 'mantel-haenszel+sato'
  | 'ratio'
  | 'ratio+cuped';

/** What the covariate did. */
export interface CovariateUse {
  /**
   * Coefficient of the first covariate, one for all arms and strata; with a slope per arm what was taken off the
   * difference, which over several strata is its mean.
   */
  readonly theta: number;
  /** The same of every covariate, in the order of the moments. */
  readonly thetas: readonly number[];
  /** 1 − (variance of the adjusted difference) / (variance of the plain one). */
  readonly varianceReduction: number;
}

/** Treatment against control. With a covariate the figures are the adjusted ones and `unadjusted` holds the plain. */
export interface Comparison extends Effects {
  readonly method: ComparisonMethod;
  /** Null where nothing was adjusted: not asked for, or the covariate (or what it leaves) does not vary. */
  readonly covariate: CovariateUse | null;
  readonly unadjusted: Effects | null;
  /** Units of the two arms in strata that cannot take part: where one of the two has fewer than two units. */
  readonly unitsLeftOut: number;
}
