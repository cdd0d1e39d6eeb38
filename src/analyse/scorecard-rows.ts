import type { Scorecard } from './build-scorecard.ts';
import type { MetricResult } from './results-document.ts';

/** `2026-01-31 12:00:00.000`: an RFC 3339 instant in UTC as ClickHouse's DateTime64(3) reads it. */
function dateTime64(instant: string): string {
  return instant.replace('T', ' ').replace('Z', '');
}

const lines = (rows: readonly (readonly unknown[])[]): Buffer =>
  Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

export const SCORECARD_COLUMNS = [
  'experiment',
  'data_through',
  'computed_at',
  'scorecard_id',
  'spec_hash',
  'engine_version',
  'results',
  'health',
] as const;

/** The scorecard's row: both documents as the bytes that are served. */
export function scorecardRow({ results, health }: Scorecard): Buffer {
  return lines([
    [
      results.experiment,
      dateTime64(results.dataThrough),
      dateTime64(results.computedAt),
      results.scorecardId,
      results.specHash,
      results.engineVersion,
      JSON.stringify(results),
      JSON.stringify(health),
    ],
  ]);
}

export const POINT_COLUMNS = [
  'experiment',
  'metric',
  'variant',
  'data_through',
  'scorecard_id',
  'verdict',
  'control_units',
  'units',
  'control_mean',
  'mean',
  'p',
  'absolute_estimate',
  'absolute_low',
  'absolute_high',
  'relative_estimate',
  'relative_low',
  'relative_high',
] as const;

function pointsOf(metric: MetricResult, control: string): unknown[][] {
  const armOf = (variant: string) => metric.arms.find((arm) => arm.variant === variant);
  return metric.comparisons.map(({ variant, verdict, p, absolute, relative }) => [
    variant,
    verdict,
    armOf(control)?.units ?? 0,
    armOf(variant)?.units ?? 0,
    armOf(control)?.mean ?? null,
    armOf(variant)?.mean ?? null,
    p,
    absolute.estimate,
    absolute.ci?.[0] ?? null,
    absolute.ci?.[1] ?? null,
    relative.estimate,
    relative.ci?.[0] ?? null,
    relative.ci?.[1] ?? null,
  ]);
}

/** A row per metric and comparison; a metric in two roles appears once. Empty where there is no comparison. */
export function pointRows({ results }: Scorecard): Buffer {
  const { experiment, scorecardId, control } = results;
  const byMetric = new Map(results.metrics.map((metric) => [metric.metric, metric]));
  return lines(
    [...byMetric.values()].flatMap((metric) =>
      pointsOf(metric, control).map(([variant, ...figures]) => [
        experiment,
        metric.metric,
        variant,
        dateTime64(results.dataThrough),
        scorecardId,
        ...figures,
      ]),
    ),
  );
}
