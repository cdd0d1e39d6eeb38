import type { Metric } from '../../catalogue/index.ts';
import type { MetricType, Source } from './metric-type.ts';
import { totals, vectorDimension } from './totals.ts';

type Proportion = Extract<Metric, { type: 'proportion' }>;

const sources = ({ source }: Proportion): [Source] => [{ ...source, aggregation: 'any' }];

/** 1 for a unit with a conversion in the window, else 0. */
export const proportion: MetricType<Proportion> = {
  sources,
  dimension: (metric) => vectorDimension(1, metric),
  unit: (metric, rows) => totals(sources(metric), metric, rows),
};
