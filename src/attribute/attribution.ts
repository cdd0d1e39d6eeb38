import type { Moments } from '../../analysis/index.ts';

/** First seen by the experiment in this epoch, or before it. */
export type Population = 'new' | 'returning';

/** Moments of one metric's unit vectors over the analysed units of one cohort day, arm, epoch and population. */
export interface MomentsRow {
  readonly epoch: number;
  readonly population: Population;
  /** UTC day of the first impression in this epoch, YYYY-MM-DD. */
  readonly cohortDay: string;
  readonly variant: string;
  readonly metric: string;
  readonly moments: Moments;
}

/** Units in one bin; what bins are depends on the metric's type: see src/attribute/metric-types. */
export interface UnitsOfBin {
  readonly bin: number;
  readonly units: number;
}

/** The units of a metric that has bins and no sums, over the same cohorts. */
export interface BinsRow extends Omit<MomentsRow, 'moments'> {
  /** Ascending; every one of the metric's units is in one of them. */
  readonly bins: readonly UnitsOfBin[];
}

/** An order statistic over the new units of an epoch and arm, and those on either side of it. */
export interface ExactQuantile {
  readonly metric: string;
  readonly epoch: number;
  readonly variant: string;
  readonly n: number;
  readonly value: number;
  /** Null: so few units that one of them lies beyond the smallest or the largest. */
  readonly bounds: { readonly lower: number; readonly upper: number } | null;
}

export interface ExactQuantiles {
  /** They are of the raw rows received up to then. */
  readonly dataThrough: Date;
  readonly rows: readonly ExactQuantile[];
  /** Metrics whose values could not be read, and so have no rows. */
  readonly unread: readonly FailedMetric[];
}

/** Units of one cohort day, arm (that of the first impression in the epoch), epoch and population. */
export interface UnitsRow {
  readonly epoch: number;
  readonly population: Population;
  readonly cohortDay: string;
  readonly variant: string;
  /** All with an eligible first impression here: what the sample ratio counts. */
  readonly units: number;
  /** Of these, left out of the statistics because they met two variants within the epoch. */
  readonly multipleVariants: number;
}

/** What one metric's moments were made with; the recomputation and the cycle read the same version. */
export interface FrozenParameters {
  readonly metric: string;
  readonly metricVersion: number;
  readonly version: number;
  readonly centre: readonly number[];
  /** Per epoch number; absent where the metric has no cap. */
  readonly caps: Readonly<Record<number, number>>;
}

/** A metric whose moments could not be had; the others are not touched by it. */
export interface FailedMetric {
  readonly metric: string;
  readonly reason: string;
}

/** Where an attribution comes from, and whether it has been checked. */
export interface Provenance {
  /** Live moments, or raw rows read for it. */
  readonly source: 'moments' | 'rawRows';
  /** When the moments were last compared with raw rows; null: not yet, or there was nothing to compare. */
  readonly verifiedAt: Date | null;
  /** The largest difference that was found then, relative to the terms that were added up. */
  readonly largestDifference: number | null;
  /** The moments were not what raw rows give, and are being made anew. */
  readonly untrusted: boolean;
}

export const FROM_RAW_ROWS: Provenance = {
  ...{ source: 'rawRows', verifiedAt: null, largestDifference: null, untrusted: false },
};

/** Everything an experiment's scorecard is computed from, over all that was received up to `dataThrough`. */
export interface Attribution {
  readonly dataThrough: Date;
  readonly provenance: Provenance;
  readonly units: readonly UnitsRow[];
  readonly moments: readonly MomentsRow[];
  readonly bins: readonly BinsRow[];
  /** Of the metrics that are quantiles, whose bins are of buckets of values; null: not read yet. */
  readonly exactQuantiles: ExactQuantiles | null;
  readonly parameters: readonly FrozenParameters[];
  readonly failed: readonly FailedMetric[];
  readonly exclusions: Exclusions;
}

export interface Exclusions {
  /** Units in two variants within an epoch, over all epochs. */
  readonly multipleVariants: number;
  /** Units whose first impression fell into the guard interval of an epoch. */
  readonly guardInterval: number;
  /** Impressions whose variant is no arm of their epoch. */
  readonly unknownVariant: number;
  /** Impressions not counted, by reason (`default`, `error`, …), and those that missed the targeting or the dates. */
  readonly impressionsByReason: Readonly<Record<string, number>>;
  readonly offTarget: number;
  readonly outsideDates: number;
  /** Conversions of the experiment's metrics that carry no unit of its type. */
  readonly conversionsOfOtherUnitTypes: number;
  /** Per metric: units left out by log1p. */
  readonly outsideTransform: Readonly<Record<string, number>>;
  /** Rows that repeated another event's identity. */
  readonly duplicateEvents: number;
}
