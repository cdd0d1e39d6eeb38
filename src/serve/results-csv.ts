import type { ComparisonResult, Difference, MetricResult, Results } from '../analyse/index.ts';
import { type CsvValue, csv } from './csv.ts';

/** The columns of results as CSV: one row per metric and comparison, of a funnel one per step, named as in the JSON. */
export const RESULTS_CSV_HEADER = [
  'experiment',
  'scorecardId',
  'dataThrough',
  'computedAt',
  'segment',
  'segmentAttribute',
  'segmentValue',
  'windows',
  'metric',
  'role',
  'type',
  'status',
  'reason',
  'control',
  'controlUnits',
  'controlMean',
  'controlSd',
  'variant',
  'units',
  'mean',
  'sd',
  'verdict',
  'p',
  'adjustedP',
  'absoluteEstimate',
  'absoluteLow',
  'absoluteHigh',
  'relativeEstimate',
  'relativeLow',
  'relativeHigh',
  'method',
  'theta',
  'varianceReduction',
  'unadjustedP',
  'unadjustedAbsoluteEstimate',
  'unadjustedAbsoluteLow',
  'unadjustedAbsoluteHigh',
  'closedUnits',
  'sampleRatioStatus',
  'sampleRatioP',
  'step',
] as const;

const bounds = (of: Difference | undefined): CsvValue[] => [
  of?.estimate ?? null,
  of?.ci?.[0] ?? null,
  of?.ci?.[1] ?? null,
];

function armCells(metric: MetricResult, variant: string): CsvValue[] {
  const arm = metric.arms.find((each) => each.variant === variant);
  return [variant, arm?.units ?? null, arm?.mean ?? null, arm?.sd ?? null];
}

function comparisonCells(comparison: ComparisonResult): CsvValue[] {
  const { covariate, unadjusted } = comparison;
  return [
    comparison.verdict,
    comparison.p,
    comparison.adjustedP,
    ...bounds(comparison.absolute),
    ...bounds(comparison.relative),
    comparison.method,
    covariate?.theta ?? null,
    covariate?.varianceReduction ?? null,
    unadjusted?.p ?? null,
    ...bounds(unadjusted?.absolute),
  ];
}

/** The steps of a funnel before its last, whose figures are the metric's own. */
function stepRows(metric: MetricResult, control: string): CsvValue[][] {
  if (metric.detail?.kind !== 'funnel') return [];
  return metric.detail.steps.slice(0, -1).flatMap(({ step, arms, comparisons }) => {
    const cells = (variant: string): CsvValue[] => {
      const units = metric.arms.find((arm) => arm.variant === variant)?.units ?? null;
      return [variant, units, arms.find((arm) => arm.variant === variant)?.share ?? null, null];
    };
    return comparisons.map((comparison) => [
      ...[comparison.reason, ...cells(control), ...cells(comparison.variant)],
      ...[null, comparison.p, null, ...bounds(comparison.absolute), ...bounds(comparison.relative)],
      ...[comparison.method, ...Array.from({ length: 6 }, () => null)],
      step,
    ]);
  });
}

function metricRows(results: Results, metric: MetricResult): CsvValue[][] {
  const { experiment, scorecardId, dataThrough, computedAt, segment, segmentValue, windows } = results;
  const { control, sampleRatio } = results;
  const by = [segmentValue?.attribute ?? null, segmentValue?.value ?? null];
  const start = [experiment, scorecardId, dataThrough, computedAt, segment, ...by, windows];
  const face = [metric.metric, metric.role, metric.type, metric.status];
  const soundness = [metric.closedUnits, sampleRatio.status, sampleRatio.p];
  if (metric.comparisons.length === 0) {
    const missing = RESULTS_CSV_HEADER.length - start.length - face.length - 1 - soundness.length - 1;
    return [
      [
        ...[...start, ...face, metric.reason, ...Array.from({ length: missing }, () => null)],
        ...[...soundness, null],
      ],
    ];
  }
  const own = metric.comparisons.map((comparison) => [
    comparison.reason,
    ...armCells(metric, control ?? ''),
    ...armCells(metric, comparison.variant),
    ...comparisonCells(comparison),
    metric.detail?.kind === 'funnel' ? metric.detail.steps.length : null,
  ]);
  return [...stepRows(metric, control ?? ''), ...own].map((row) => [
    ...[...start, ...face, ...row.slice(0, -1)],
    ...[...soundness, row.at(-1) ?? null],
  ]);
}

/** Results as CSV; a failed metric has one row with its reason, and no scorecard gives the header alone. */
export function resultsCsv(results: Results): string {
  return csv(
    RESULTS_CSV_HEADER,
    results.metrics.flatMap((metric) => metricRows(results, metric)),
  );
}
