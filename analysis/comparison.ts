import type { Moments } from './moments.ts';

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

/** A lower and an upper bound, in this order. */
export type Interval = readonly [lower: number, upper: number];

/** The difference treatment − control, in the metric's unit. */
export interface AbsoluteEffect {
  readonly estimate: number;
  readonly ci: Interval;
  /** Standard error of the estimate: of the pooled score test for a single table of proportions. */
  readonly se: number;
  /** Estimate / standard error: a t where `df` is given, else a z. */
  readonly statistic: number;
  readonly df: number | null;
}

/** Why a relative lift or its interval does not exist. */
export type NoLiftReason =
  /** The control's figure is 0: nothing can be relative to it. */
  | 'zero-control'
  /** The control's figure cannot be told from 0, so that every lift, however large, agrees with the data. */
  | 'unbounded'
  /** The lift is too large for doubles. */
  | 'overflow';

/** The lift (treatment − control) / control as a fraction; `reason` is null where both figures exist. */
export interface RelativeEffect {
  readonly estimate: number | null;
  readonly ci: Interval | null;
  readonly reason: NoLiftReason | null;
}

export type ComparisonMethod =
  | 'welch'
  | 'welch+cuped'
  | 'score+newcombe'
  | 'mantel-haenszel+sato'
  | 'ratio'
  | 'ratio+cuped';

/** What a comparison says, with or without a covariate. */
export interface Effects {
  /** Two-sided, of no difference. */
  readonly p: number;
  readonly absolute: AbsoluteEffect;
  readonly relative: RelativeEffect;
}

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
