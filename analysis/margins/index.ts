export {
  type EquivalenceMargins,
  type EquivalenceTest,
  equivalenceTest,
  equivalenceTestOfProportions,
} from './equivalence-test.ts';
export type { Harmful, Margin, MarginKind, MarginQuestion } from './margin.ts';
export { type MarginTest, marginTest, marginTestOfProportions } from './margin-test.ts';
export type { OneSidedTest } from './one-sided-test.ts';
