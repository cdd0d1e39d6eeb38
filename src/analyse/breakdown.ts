import { heterogeneity, shrunkenSegments } from '../../analysis/index.ts';
import type { Attribution } from '../attribute/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import type { Breakdown } from './breakdown-document.ts';
import { buildScorecard } from './build-scorecard.ts';
import type { ComparisonResult, MetricResult, Results } from './results-document.ts';

/** One value of the attribute (null: all that have no segment of their own) and what its units give. */
export interface ValueAttribution {
  readonly value: string | null;
  readonly attribution: Attribution;
}

type Comparison = Breakdown['metrics'][number]['comparisons'][number];
type Effect = Comparison['segments'][number];
type Figures = Pick<ComparisonResult, 'absolute' | 'relative' | 'p' | 'standardError'>;

/** With fewer units in an arm a standard error is not as good as known, which weighting by it takes for granted. */
const ENOUGH_UNITS = 30;

/**
 * Every metric and comparison by the values of one attribute: pure, as the scorecard is. It has no verdicts: of many values
 * some look better or worse by chance. Heterogeneity and the shrunken estimates are of the values with enough units.
 */
export function buildBreakdown(
  plan: ExperimentPlan,
  attribute: string,
  segments: readonly ValueAttribution[],
  all: Attribution,
  { computedAt, engineVersion }: { readonly computedAt: Date; readonly engineVersion: string },
): Breakdown {
  const stamp = { computedAt, engineVersion, scorecardId: '' };
  const whole = buildScorecard(plan, all, stamp).results;
  const parts = segments.map(({ value, attribution }) => ({
    value,
    units: unitsByArm(plan, attribution),
    results: buildScorecard(plan, attribution, stamp).results,
  }));
  const metrics = whole.metrics.map((metric) => metricOf(metric, plan, parts));
  const effects = metrics.flatMap(({ comparisons }) => comparisons.flatMap((one) => one.segments));
  return {
    experiment: plan.key,
    attribute,
    dataThrough: whole.dataThrough,
    computedAt: whole.computedAt,
    engineVersion,
    specHash: whole.specHash,
    alpha: plan.statistics.alpha,
    control: plan.control,
    attribution: whole.attribution,
    values: parts.map(({ value, units, results }) => ({ value, units, sampleRatio: results.sampleRatio })),
    metrics,
    falseAlarms: falseAlarmsOf(effects.filter(({ p }) => p !== null).length, plan.statistics.alpha),
  };
}

interface Part {
  readonly value: string | null;
  readonly results: Results;
}

function metricOf(metric: MetricResult, plan: ExperimentPlan, parts: readonly Part[]) {
  const { role, type, version, direction, among, status, reason } = metric;
  const face = { metric: metric.metric, role, type, version, direction, among, status, reason };
  return {
    ...face,
    comparisons: metric.comparisons.map(({ variant }) => comparisonOf(metric.metric, variant, plan, parts)),
  };
}

function comparisonOf(
  key: string,
  variant: string,
  plan: ExperimentPlan,
  parts: readonly Part[],
): Comparison {
  const { alpha } = plan.statistics;
  const found = parts.map(({ value, results }) => {
    const metric = results.metrics.find((one) => one.metric === key);
    const units = (name: string) => metric?.arms.find((arm) => arm.variant === name)?.units ?? 0;
    return {
      value,
      units: { control: units(plan.control), treatment: units(variant) },
      figures:
        metric?.comparisons.find((one) => one.variant === variant) ?? failed(metric?.reason ?? 'failed'),
    };
  });
  const known = found.flatMap(({ units, figures }, index) => {
    const { absolute, standardError: se } = figures;
    const enough = Math.min(units.control, units.treatment) >= ENOUGH_UNITS;
    return enough && absolute.estimate !== null && se !== null && se > 0
      ? [{ segment: String(index), estimate: absolute.estimate, se }]
      : [];
  });
  const spread = heterogeneity(known);
  const drawn = shrunkenSegments(known, alpha);
  const segments = found.map(({ value, units, figures }, index): Effect => {
    const { absolute, relative, p } = figures;
    const own =
      drawn.kind === 'estimate' ? drawn.segments.find((one) => one.segment === String(index)) : undefined;
    const why = drawn.kind === 'unknown' ? drawn.reason : 'too-few-units';
    return {
      ...{ value, units, absolute, relative, p },
      shrunken:
        own === undefined
          ? { estimate: null, ci: null, shrinkage: null, reason: absolute.reason ?? why }
          : { estimate: own.estimate, ci: [own.ci[0], own.ci[1]], shrinkage: own.shrinkage, reason: null },
      reason: absolute.reason,
    };
  });
  const { kind } = spread;
  return {
    variant,
    heterogeneity:
      kind === 'unknown'
        ? {
            ...{ segments: known.length, q: null, df: null, p: null, iSquared: null, tauSquared: null },
            reason: spread.reason,
          }
        : {
            ...{ segments: known.length, q: spread.q, df: spread.df, p: spread.p },
            ...{ iSquared: spread.iSquared, tauSquared: spread.tauSquared, reason: null },
          },
    segments,
  };
}

function failed(reason: string): Figures {
  const nothing = { estimate: null, ci: null, reason };
  return { absolute: nothing, relative: nothing, p: null, standardError: null };
}

/** New units of all epochs, so that each is counted once. */
function unitsByArm(plan: ExperimentPlan, { units }: Attribution): Record<string, number> {
  const variants = plan.epochs.flatMap((epoch) => epoch.arms.map((arm) => arm.variant));
  const counts = Object.fromEntries([plan.control, ...variants].map((variant) => [variant, 0]));
  for (const row of units)
    if (row.population === 'new') counts[row.variant] = (counts[row.variant] ?? 0) + row.units;
  return counts;
}

function falseAlarmsOf(comparisons: number, alpha: number): Breakdown['falseAlarms'] {
  const expected = comparisons * alpha;
  const summary =
    comparisons === 0
      ? 'No value has enough units yet for a comparison.'
      : `Of ${comparisons} comparisons about ${Number(expected.toPrecision(2))} have p < ${alpha} by chance alone where nothing differs; heterogeneity and the shrunken estimates allow for that, the others do not.`;
  return { comparisons, expected, summary };
}
