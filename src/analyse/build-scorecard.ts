import { type Attribution, closedWindows, followUpOf } from '../attribute/index.ts';
import type { ExperimentPlan, PlannedMetric } from '../catalogue/index.ts';
import { excludedOf, healthOf, missingExcluded } from './health.ts';
import type { Health } from './health-document.ts';
import { failedMetric, type MetricContext, type MetricData, metricResult } from './metric-result.ts';
import type { AttributionProvenance, MetricResult, Results } from './results-document.ts';
import { epochSampleRatio, missingSampleRatio, worstSampleRatio } from './sample-ratio.ts';
import { distrust } from './verdict.ts';

/** Results with everything that only a scorecard has. */
type ScorecardResults = Results & {
  readonly [key in 'scorecardId' | 'dataThrough' | 'computedAt' | 'specHash' | 'control']: string;
};

/** What people read and what tells whether they may believe it, computed from one attribution. */
export interface Scorecard {
  readonly results: ScorecardResults;
  readonly health: Health;
}

/** Everything of a scorecard that is neither data nor definition. */
interface ScorecardStamp {
  readonly computedAt: Date;
  readonly scorecardId: string;
  /** The version of this package. */
  readonly engineVersion: string;
  /** The segment the attribution was restricted to. */
  readonly segment?: string;
  /** Or the value of an attribute it was. */
  readonly segmentValue?: Results['segmentValue'];
  /** `closed`: metrics over cohort days alone whose windows are over; all unless told. */
  readonly windows?: 'all' | 'closed';
}

/** All arms that any epoch had, the control first, then in the order of the latest epoch. */
function variantsOf(plan: ExperimentPlan): string[] {
  const met = [...plan.epochs].reverse().flatMap((epoch) => epoch.arms.map((arm) => arm.variant));
  return [...new Set([plan.control, ...met])];
}

type Windows = ReturnType<typeof closedWindows>;

/** How many new units of the metric there are. */
function unitsOf({ moments, bins }: Windows, key: string): number {
  const own = <Row extends { metric: string; population: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.metric === key && row.population === 'new');
  const summed = own(moments).map((row) => row.moments.n);
  const counted = own(bins).flatMap((row) => row.bins.map(({ units }) => units));
  return [...summed, ...counted].reduce((sum, n) => sum + n, 0);
}

/** One metric that cannot be computed says so and leaves the others alone. */
function resultOf(
  metric: PlannedMetric,
  { failed, closed, ...data }: MetricData & Pick<Attribution, 'failed'> & { closed: Windows },
  context: MetricContext,
): MetricResult {
  const { key } = metric.definition;
  const failure = failed.find((one) => one.metric === key);
  if (failure !== undefined) return failedMetric(metric, failure.reason);
  try {
    return { ...metricResult(metric, data, context), closedUnits: unitsOf(closed, key) };
  } catch (error) {
    return failedMetric(metric, error instanceof Error ? error.message : String(error));
  }
}

/**
 * The scorecard of an experiment: pure, so the same plan, attribution and stamp give the same document. Counts `new`
 * units in the epoch of their first impression, epochs as strata; the sample ratio looks at each epoch by itself, new
 * and returning units alike, and the worst one governs. Nothing is invented: what cannot be known is null beside a
 * reason, and a comparison whose units do not fit their weights gets no verdict. With closed windows only the metrics
 * are of fewer units.
 */
export function buildScorecard(
  plan: ExperimentPlan,
  attribution: Attribution,
  stamp: ScorecardStamp,
): Scorecard {
  const sampleRatio = worstSampleRatio(
    plan.epochs.map((epoch) => epochSampleRatio(epoch, attribution.units)),
  );
  const context: MetricContext = {
    control: plan.control,
    variants: variantsOf(plan),
    alpha: plan.statistics.alpha,
    distrust: distrust(sampleRatio, attribution.provenance),
    followUp: followUpOf(plan, attribution.dataThrough),
  };
  const { windows = 'all' } = stamp;
  const closed = closedWindows(plan, attribution);
  // Exact quantiles are those of all units.
  const counted = {
    ...attribution,
    ...(windows === 'closed' && { ...closed, exactQuantiles: null }),
    closed,
  };
  const results: ScorecardResults = {
    experiment: plan.key,
    scorecardId: stamp.scorecardId,
    dataThrough: attribution.dataThrough.toISOString(),
    computedAt: stamp.computedAt.toISOString(),
    method: plan.statistics.method,
    engineVersion: stamp.engineVersion,
    specHash: plan.specHash,
    alpha: plan.statistics.alpha,
    control: plan.control,
    segment: stamp.segment ?? null,
    segmentValue: stamp.segmentValue ?? null,
    windows,
    sampleRatio,
    excluded: excludedOf(attribution),
    attribution: provenanceOf(attribution),
    metrics: plan.metrics.map((metric) => resultOf(metric, counted, context)),
    reason: null,
  };
  return { results, health: healthOf(plan, attribution, results) };
}

function provenanceOf({ provenance }: Attribution): AttributionProvenance {
  const { source, verifiedAt, largestDifference } = provenance;
  const unverified = source === 'rawRows' ? 'read-from-raw-rows' : 'not-verified-yet';
  return {
    ...{ source, largestDifference },
    verifiedAt: verifiedAt?.toISOString() ?? null,
    reason: verifiedAt === null ? unverified : null,
  };
}

/** The results of an experiment that has no scorecard: the same keys, nothing known. A draft has no plan either. */
export function missingResults(
  experiment: string,
  plan: ExperimentPlan | null,
  { engineVersion, reason }: { engineVersion: string; reason: string },
): Results {
  return {
    experiment,
    scorecardId: null,
    dataThrough: null,
    computedAt: null,
    method: plan?.statistics.method ?? null,
    engineVersion,
    specHash: plan?.specHash ?? null,
    alpha: plan?.statistics.alpha ?? null,
    control: plan?.control ?? null,
    segment: null,
    segmentValue: null,
    windows: null,
    sampleRatio: missingSampleRatio(reason),
    excluded: missingExcluded(reason),
    attribution: { source: null, verifiedAt: null, largestDifference: null, reason },
    metrics: [],
    reason,
  };
}
