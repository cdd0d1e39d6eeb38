export {
  type BoundSides,
  betaBinomialBounds,
  type ProportionBoundsOptions,
  type ProportionCounts,
} from './beta-binomial.ts';
export { type BettingState, bettingBounds, observeBetting, startBetting } from './betting.ts';
export type { BoundedMeanPlan, MeanBounds } from './bounded-values.ts';
export {
  type EmpiricalBernsteinState,
  empiricalBernsteinBounds,
  observeEmpiricalBernstein,
  observeEmpiricalBernsteinSums,
  startEmpiricalBernstein,
} from './empirical-bernstein.ts';
