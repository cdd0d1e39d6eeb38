export { type SampleRatio, type SampleRatioInput, sampleRatioChiSquare } from './chi-square.ts';
export { type SampleRatioEProcessInput, type SampleRatioEvidence, sampleRatioEProcess } from './e-process.ts';
export { type AssignmentTable, assignmentIndependence, type IndependenceEvidence } from './independence.ts';
export { logAverage, requireThresholds, startsAfter } from './late-starts.ts';
export { logBayesFactor } from './log-bayes-factor.ts';
export { logMeanExp } from './log-mean-exp.ts';
export {
  observeSampleRatio,
  type SampleRatioPlan,
  type SampleRatioState,
  type SequentialSampleRatio,
  sequentialSampleRatio,
  startSampleRatio,
} from './monitor.ts';
export { type OverEpochs, pOverEpochs } from './p-over-epochs.ts';
export type { SampleRatioPrior } from './prior.ts';
