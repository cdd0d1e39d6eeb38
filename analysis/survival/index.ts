export {
  compareSurvival,
  type SurvivalComparison,
  type SurvivalComparisonInput,
} from './compare-survival.ts';
export { alignedRiskTables, type FollowUp, riskTableOf } from './follow-up.ts';
export { kaplanMeier, type SurvivalCurve, type SurvivalPoint } from './kaplan-meier.ts';
export { type LogRank, logRank, type SurvivalStratum } from './log-rank.ts';
export { type HazardRatio, petoHazardRatio } from './peto-hazard-ratio.ts';
export type { RiskRow, RiskTable } from './risk-table.ts';
export { type SurvivalOnDay, survivalOnDay } from './survival-on-day.ts';
