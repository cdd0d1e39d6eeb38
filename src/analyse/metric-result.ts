import { type Comparison, compareMeans, compareProportions, compareRatios } from '../../analysis/index.ts';
import type { MomentsRow } from '../attribute/index.ts';
import type { PlannedMetric } from '../catalogue/index.ts';
import { armResult } from './arm-result.ts';
import type { ArmResult, ComparisonResult, Difference, MetricResult } from './results-document.ts';
import { comparableEpochs, type EpochStratum, strataOf } from './strata.ts';
import { comparisonSummary, type UnsummarisedComparison } from './summary.ts';
import { judge } from './verdict.ts';

/** What every metric of a scorecard is judged with. */
export interface MetricContext {
  readonly control: string;
  /** All arms of the experiment, the control first. */
  readonly variants: readonly string[];
  readonly alpha: number;
  /** Why no verdict may be given; null where one may. */
  readonly distrust: string | null;
}

const COMPARE = { mean: compareMeans, proportion: compareProportions, ratio: compareRatios } as const;

/** There is no correction for the number of comparisons at a fixed horizon. */
const NO_ADJUSTED_P = 'no-adjustment-made';

type Face = Omit<MetricResult, 'status' | 'closedUnits' | 'arms' | 'comparisons' | 'reason'>;

function faceOf({ role, version, definition }: PlannedMetric): Face {
  const aggregation = definition.type === 'mean' ? definition.source.aggregation : 'sum';
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
  return { ...faceOf(metric), status: 'failed', closedUnits: null, arms: [], comparisons: [], reason };
}

const nothing = (reason: string): Difference => ({ estimate: null, ci: null, reason });

function differences(of: Pick<Comparison, 'absolute' | 'relative'>): {
  absolute: Difference;
  relative: Difference;
} {
  const { absolute, relative } = of;
  return {
    absolute: { estimate: absolute.estimate, ci: [absolute.ci[0], absolute.ci[1]], reason: null },
    relative: {
      estimate: relative.estimate,
      ci: relative.ci === null ? null : [relative.ci[0], relative.ci[1]],
      reason: relative.reason,
    },
  };
}

function compare(
  metric: PlannedMetric,
  variant: string,
  strata: readonly EpochStratum[],
  context: MetricContext,
): UnsummarisedComparison {
  const { control, alpha, distrust } = context;
  const { definition } = metric;
  const outcome = COMPARE[definition.type]({
    strata,
    control,
    treatment: variant,
    alpha,
    covariate: definition.prePeriodHours !== null,
  });
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
    epochs: comparableEpochs(strata, control, variant),
    unitsLeftOut: known.unitsLeftOut,
    reason: judgement.reason ?? NO_ADJUSTED_P,
  };
}

/** One metric of a scorecard from its moments: every arm, and every arm against the control. */
export function metricResult(
  metric: PlannedMetric,
  rows: readonly MomentsRow[],
  context: MetricContext,
): Omit<MetricResult, 'closedUnits'> {
  const face = faceOf(metric);
  const strata = strataOf(rows);
  const arms = context.variants.map((variant) => armResult(variant, face.type, strata, context));
  const named = new Map(arms.map((arm) => [arm.variant, arm]));
  const armOf = (variant: string): ArmResult =>
    named.get(variant) ?? { variant, units: 0, mean: null, sd: null, reason: 'no-units' };
  const comparisons = context.variants
    .filter((variant) => variant !== context.control)
    .map((variant): ComparisonResult => {
      const comparison = compare(metric, variant, strata, context);
      return {
        ...comparison,
        summary: comparisonSummary(face, armOf(context.control), armOf(variant), comparison, context.alpha),
      };
    });
  return { ...face, status: 'ok', arms, comparisons, reason: null };
}
