export { buildBreakdown } from './breakdown.ts';
export { Breakdown } from './breakdown-document.ts';
export { buildScorecard, missingResults, type Scorecard } from './build-scorecard.ts';
export { healthExample } from './examples.ts';
export { formatBreakdownTable } from './format-breakdown.ts';
export { formatScorecardTable } from './format-scorecard.ts';
export { missingHealth } from './health.ts';
export { Health } from './health-document.ts';
export { Difference } from './result-parts.ts';
export {
  ComparisonResult,
  MetricResult,
  Results,
  Verdict,
} from './results-document.ts';
export { ScorecardMetrics } from './scorecard-metrics.ts';
export {
  type Attributor,
  type Plans,
  ScorecardRun,
  type ScorecardRunDependencies,
  scorecardIdOf,
} from './scorecard-run.ts';
export {
  type ScorecardDocuments,
  type ScorecardPointer,
  Scorecards,
} from './scorecards.ts';
export { Sweep, type SweepDependencies } from './sweep.ts';
export { MAX_POINTS } from './timeseries.ts';
