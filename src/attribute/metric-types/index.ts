import type { Metric } from '../../catalogue/index.ts';
import { funnel } from './funnel.ts';
import { mean } from './mean.ts';
import type { MetricType, Source, UnitBin, UnitVector } from './metric-type.ts';
import { proportion } from './proportion.ts';
import { quantile } from './quantile.ts';
import { ratio } from './ratio.ts';
import { retention } from './retention.ts';
import { timeToEvent } from './time-to-event.ts';
import type { UnitRows } from './unit-rows.ts';

export { includesZeros, needsCap } from './mean.ts';
export type { Cell, UnitBin, UnitVector } from './metric-type.ts';
export { binOfTotal, bucketOf, isOverflow, RELATIVE_ERROR } from './quantile.ts';
export { UnitRows } from './unit-rows.ts';

const TYPES: { readonly [T in Metric['type']]: MetricType<Extract<Metric, { type: T }>> } = {
  ...{ mean, proportion, ratio, retention },
  ...{ timeToEvent, funnel, quantile },
};

const typeOf = (metric: Metric): MetricType<Metric> => TYPES[metric.type];

/** What a metric is computed from. */
export function sourcesOf(metric: Metric): readonly Source[] {
  return typeOf(metric).sources(metric);
}

/** The names of a metric's conversions. */
export function eventsOf(metric: Metric): string[] {
  return sourcesOf(metric).map((source) => source.event);
}

/** The components of a metric's vectors: [a], [a, pa], [a, b] or [a, b, pa, pb]; 0 where it counts units by bin. */
export function dimensionOf(metric: Metric): number {
  return typeOf(metric).dimension(metric);
}

/** Whether it counts units by bin and has no sums. */
export function hasBins(metric: Metric): boolean {
  return dimensionOf(metric) === 0;
}

/** Whether only units with an event have a value, so that the others are not among its units. */
export function existsForSome(metric: Metric): boolean {
  const [first] = sourcesOf(metric);
  return first !== undefined && ['max', 'min', 'last'].includes(first.aggregation);
}

/** Hours from the first impression after which nothing counts any more; null: as long as the epoch's windows last. */
export function windowHoursOf(metric: Metric): number | null {
  return metric.type === 'retention' ? metric.toHours : metric.windowHours;
}

/** What a metric makes of a unit's conversions. */
export function unitOf(metric: Metric, rows: UnitRows): UnitVector | UnitBin {
  return typeOf(metric).unit(metric, rows);
}
