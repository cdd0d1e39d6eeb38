export { type AnytimeComparison, anytimeComparison, type Compare } from './anytime-comparison.ts';
export { delayedStartBoundary, delayedStartLogP } from './delayed-start.ts';
export { type MixtureSide, mixtureBoundary, type OneSidedForm } from './mixture-boundary.ts';
export { mixtureLogE, mixtureLogP } from './mixture-evidence.ts';
export { type Alternative, mixtureVariance } from './mixture-variance.ts';
export {
  type SequencePlan,
  type SequentialInput,
  type SequentialTest,
  sequentialTest,
} from './sequential-test.ts';
