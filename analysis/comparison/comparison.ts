import type { Effects } from '../effects.ts';
import type { Moments } from '../moments/index.ts';

/** Units that may be compared with each other: one epoch (or one cell of it), the moments of all its arms by variant. */
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
  /** The one coefficient of all arms and strata. */
  readonly theta: number;
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
