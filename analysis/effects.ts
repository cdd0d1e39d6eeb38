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

/** What a comparison says, with or without a covariate. */
export interface Effects {
  /** Two-sided, of no difference. */
  readonly p: number;
  readonly absolute: AbsoluteEffect;
  readonly relative: RelativeEffect;
}
