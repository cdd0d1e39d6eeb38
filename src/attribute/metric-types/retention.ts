import type { Metric } from '../../catalogue/index.ts';
import type { MetricType, Source } from './metric-type.ts';

type Retention = Extract<Metric, { type: 'retention' }>;

const source = ({ source }: Retention): Source => ({ ...source, aggregation: 'any' });

/** 1 for a unit with a conversion in a window that begins late, else 0. */
export const retention: MetricType<Retention> = {
  sources: (metric) => [source(metric)],
  dimension: () => 1,
  unit: (metric, rows) => ({
    kind: 'vector',
    values: [rows.total(source(metric), rows.window(metric.toHours, metric.fromHours))],
    covariates: [],
    log1p: false,
  }),
};
