export { type SampleRatio, type SampleRatioInput, sampleRatioChiSquare } from './chi-square.ts';
