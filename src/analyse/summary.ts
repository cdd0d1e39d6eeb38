import type { ArmResult, ComparisonResult, MetricResult } from './results-document.ts';
import {
  change,
  coverage,
  level,
  percent,
  percentChange,
  pointsChange,
  pValue,
  reasonWords,
  VERDICT_WORDS,
} from './words.ts';

type Metric = Pick<MetricResult, 'metric' | 'role' | 'type' | 'among'> & {
  /** What the figures are of, beginning with a comma; may be empty. */
  readonly remark: string;
};

const SHARES: readonly MetricResult['type'][] = ['proportion', 'retention', 'timeToEvent', 'funnel'];

/** Everything of a comparison but its sentence. */
export type UnsummarisedComparison = Omit<ComparisonResult, 'summary'>;

/** How this metric's levels and differences are written: shares of units in % and pp, others as numbers. */
export function notation(type: MetricResult['type']): {
  level: (x: number) => string;
  change: (x: number) => string;
} {
  return SHARES.includes(type) ? { level: percent, change: pointsChange } : { level, change };
}

function interval([low, high]: readonly [number, number], write: (x: number) => string): string {
  return `${write(low)} to ${write(high)}`;
}

function figures(
  metric: Metric,
  control: ArmResult,
  arm: ArmResult,
  comparison: UnsummarisedComparison,
  alpha: number,
) {
  const write = notation(metric.type);
  const { absolute, relative } = comparison;
  const levels =
    control.mean === null || arm.mean === null
      ? `${metric.metric} in ${arm.variant}`
      : `${metric.metric} in ${arm.variant} ${write.level(control.mean)} → ${write.level(arm.mean)}`;
  const differences = [
    absolute.estimate === null ? null : write.change(absolute.estimate),
    relative.estimate === null ? null : percentChange(relative.estimate),
  ].filter((text) => text !== null);
  const bounds =
    relative.ci !== null
      ? interval(relative.ci, percentChange)
      : absolute.ci !== null
        ? interval(absolute.ci, write.change)
        : null;
  const details = [
    differences.join(', '),
    bounds === null ? null : `${coverage(alpha)} CI ${bounds}`,
    comparison.p === null ? null : `p ${pValue(comparison.p)}`,
  ].filter((text) => text !== null && text !== '');
  const adjusted = comparison.covariate === null ? '' : ', adjusted for the pre-period';
  const among = metric.among === 'unitsWithEvent' ? ', among units with an event' : '';
  return `${levels} (${details.join('; ')})${adjusted}${among}${metric.remark}`;
}

/** What a guardrail adds: without a margin, harm is shown, ruled out, or not ruled out. */
function guardrailWords(verdict: ComparisonResult['verdict']): string {
  if (verdict === 'worse') return ' Harm shown.';
  return verdict === 'better' ? ' Harm ruled out.' : ' Harm not ruled out.';
}

/** One comparison as a sentence that starts with its verdict; a withheld verdict withholds the figures too. */
export function comparisonSummary(
  metric: Metric,
  control: ArmResult,
  arm: ArmResult,
  comparison: UnsummarisedComparison,
  alpha: number,
): string {
  const start = `${VERDICT_WORDS[comparison.verdict]}: `;
  const guardrail = metric.role === 'guardrail' ? guardrailWords(comparison.verdict) : '';
  if (comparison.verdict === 'untrusted')
    return `${start}${metric.metric} in ${arm.variant} is withheld, because ${reasonWords(comparison.reason ?? 'sample-ratio-unknown')}.${guardrail}`;
  if (comparison.verdict === 'notEnoughData')
    return `${start}${metric.metric} in ${arm.variant} cannot be compared (${reasonWords(comparison.reason ?? 'no-units')}).${guardrail}`;
  return `${start}${figures(metric, control, arm, comparison, alpha)}.${guardrail}`;
}
