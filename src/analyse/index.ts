export { buildScorecard, missingResults, type Scorecard, type ScorecardStamp } from './build-scorecard.ts';
export { formatScorecardTable, type TableOptions } from './format-scorecard.ts';
export { missingHealth } from './health.ts';
export { EpochHealth, Health } from './health-document.ts';
export {
  ArmResult,
  ComparisonResult,
  Difference,
  Excluded,
  MetricResult,
  Results,
  SampleRatio,
  Verdict,
} from './results-document.ts';
export { type DataThroughOfRunning, ScorecardMetrics } from './scorecard-metrics.ts';
export {
  type Attributor,
  type Plans,
  ScorecardRun,
  type ScorecardRunDependencies,
  scorecardIdOf,
} from './scorecard-run.ts';
export {
  MAX_HISTORY,
  type ScorecardDocuments,
  type ScorecardPointer,
  Scorecards,
} from './scorecards.ts';
export {
  MAX_POINTS,
  type Series,
  type Timeseries,
  type TimeseriesPoint,
  type TimeseriesQuestion,
} from './timeseries.ts';
