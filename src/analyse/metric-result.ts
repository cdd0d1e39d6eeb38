import type { Attribution } from '../attribute/index.ts';
import type { PlannedMetric } from '../catalogue/index.ts';
import { differences, type FigureContext, type MetricFigures, nothing, treatments } from './figures.ts';
import { funnelFigures } from './funnel-figures.ts';
import { quantileFigures } from './quantile-figures.ts';
import type { ArmResult, ComparisonResult, MetricResult } from './results-document.ts';
import { retentionFigures } from './retention-figures.ts';
import { strataOf } from './strata.ts';
import { strataFigures } from './strata-figures.ts';
import { comparisonSummary, type UnsummarisedComparison } from './summary.ts';
import { survivalFigures } from './survival-figures.ts';
import { judge } from './verdict.ts';

/** What every metric of a scorecard is judged with. */
export interface MetricContext extends FigureContext {
  /** Why no verdict may be given; null where one may. */
  readonly distrust: string | null;
}

/** What of an attribution is needed of one metric. */
export type MetricData = Pick<Attribution, 'moments' | 'bins' | 'exactQuantiles' | 'dataThrough'>;

/** There is no correction for the number of comparisons at a fixed horizon. */
const NO_ADJUSTED_P = 'no-adjustment-made';

type Face = Omit<MetricResult, 'status' | 'closedUnits' | 'arms' | 'comparisons' | 'detail' | 'reason'>;

function faceOf({ role, version, definition }: PlannedMetric): Face {
  const aggregation =
    definition.type === 'mean' || definition.type === 'quantile' ? definition.source.aggregation : 'sum';
  return {
    metric: definition.key,
    role,
    type: definition.type,
    version,
    direction: definition.direction,
    among: ['max', 'min', 'last'].includes(aggregation) ? 'unitsWithEvent' : 'units',
  };
}

/** A metric without figures, because computing it failed; the rest of the scorecard stands. */
export function failedMetric(metric: PlannedMetric, reason: string): MetricResult {
  return {
    ...faceOf(metric),
    ...{ status: 'failed', closedUnits: null, arms: [], comparisons: [], detail: null, reason },
  };
}

/** The figures of each type of metric. */
function figuresOf(
  { definition }: PlannedMetric,
  { moments, bins, exactQuantiles, dataThrough }: MetricData,
  context: MetricContext,
): MetricFigures {
  switch (definition.type) {
    case 'mean':
    case 'proportion':
    case 'ratio':
      return strataFigures(strataOf(moments), definition.type, definition.prePeriodHours !== null, context);
    case 'retention':
      return retentionFigures(definition.toHours, moments, context);
    case 'funnel':
      return funnelFigures(
        definition.steps.map((step) => step.event),
        bins,
        context,
      );
    case 'timeToEvent':
      return survivalFigures(definition, bins, context);
    case 'quantile':
      return quantileFigures(
        { quantile: definition.quantile, bins, exact: exactQuantiles, dataThrough },
        context,
      );
  }
}

function compare(
  { definition }: PlannedMetric,
  variant: string,
  figures: MetricFigures,
  { alpha, distrust }: MetricContext,
): UnsummarisedComparison {
  const outcome = figures.compare(variant);
  const known = outcome.kind === 'estimate' ? outcome : null;
  const missing = outcome.kind === 'unknown' ? outcome.reason : null;
  const judgement = judge(known === null ? null : { p: known.p, estimate: known.absolute.estimate }, {
    direction: definition.direction,
    alpha,
    distrust,
  });
  const base = { variant, verdict: judgement.verdict, adjustedP: null };
  if (known === null)
    return {
      ...base,
      p: null,
      absolute: nothing(missing ?? NO_ADJUSTED_P),
      relative: nothing(missing ?? NO_ADJUSTED_P),
      method: null,
      statistic: null,
      standardError: null,
      df: null,
      covariate: null,
      unadjusted: null,
      epochs: [],
      unitsLeftOut: null,
      reason: judgement.reason ?? missing,
    };
  return {
    ...base,
    p: known.p,
    ...differences(known),
    method: known.method,
    statistic: known.absolute.statistic,
    standardError: known.absolute.se,
    df: known.absolute.df,
    covariate:
      known.covariate === null
        ? null
        : { theta: known.covariate.theta, varianceReduction: known.covariate.varianceReduction },
    unadjusted:
      known.unadjusted === null ? null : { p: known.unadjusted.p, ...differences(known.unadjusted) },
    epochs: [...known.epochs],
    unitsLeftOut: known.unitsLeftOut,
    reason: judgement.reason ?? NO_ADJUSTED_P,
  };
}

/** One metric of a scorecard: every arm, and every arm against the control. */
export function metricResult(
  metric: PlannedMetric,
  data: MetricData,
  context: MetricContext,
): Omit<MetricResult, 'closedUnits'> {
  const face = faceOf(metric);
  const figures = figuresOf(metric, dataOf(metric, data), context);
  const named = new Map(figures.arms.map((arm) => [arm.variant, arm]));
  const armOf = (variant: string): ArmResult =>
    named.get(variant) ?? { variant, units: 0, mean: null, sd: null, reason: 'no-units' };
  const comparisons = treatments(context).map((variant): ComparisonResult => {
    const comparison = compare(metric, variant, figures, context);
    const described = { ...face, remark: figures.remark };
    return {
      ...comparison,
      summary: comparisonSummary(
        described,
        armOf(context.control),
        armOf(variant),
        comparison,
        context.alpha,
      ),
    };
  });
  return {
    ...face,
    status: 'ok',
    arms: [...figures.arms],
    comparisons,
    detail: figures.detail,
    reason: null,
  };
}

/** What of the data is this metric's. */
function dataOf(
  { definition }: PlannedMetric,
  { moments, bins, exactQuantiles, dataThrough }: MetricData,
): MetricData {
  const own = <Row extends { readonly metric: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.metric === definition.key);
  return {
    ...{ moments: own(moments), bins: own(bins), dataThrough },
    exactQuantiles: exactQuantiles && {
      ...exactQuantiles,
      ...{ rows: own(exactQuantiles.rows), unread: own(exactQuantiles.unread) },
    },
  };
}
