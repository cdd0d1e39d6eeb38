import type { Metric } from '../../catalogue/index.ts';
import type { MetricType } from './metric-type.ts';
import { totals, vectorDimension } from './totals.ts';

type Mean = Extract<Metric, { type: 'mean' }>;

/** A unit's total, capped and transformed. */
export const mean: MetricType<Mean> = {
  sources: ({ source }) => [source],
  dimension: (metric) => vectorDimension(1, metric),
  unit: (metric, rows) => totals([metric.source], metric, rows, metric.transform === 'log1p'),
};

/** Whether its cap is computed from unit totals. */
export function needsCap(metric: Metric): boolean {
  return metric.type === 'mean' && metric.cap?.kind === 'percentile';
}

/** Whether its computed cap is taken over units without a value, too. */
export function includesZeros(metric: Metric): boolean {
  return metric.type === 'mean' && metric.cap?.kind === 'percentile' && metric.cap.includeZeros;
}
