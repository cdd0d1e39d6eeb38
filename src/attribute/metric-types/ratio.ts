import type { Metric } from '../../catalogue/index.ts';
import type { MetricType, Source } from './metric-type.ts';
import { totals, vectorDimension } from './totals.ts';

type Ratio = Extract<Metric, { type: 'ratio' }>;

const sources = ({ numerator, denominator }: Ratio): [Source, Source] => [numerator, denominator];

/** Two totals of a unit. */
export const ratio: MetricType<Ratio> = {
  sources,
  dimension: (metric) => vectorDimension(2, metric),
  unit: (metric, rows) => totals(sources(metric), metric, rows),
};
