export { chiSquareSurvival } from './chi-square-survival.ts';
export { incompleteBeta } from './incomplete-beta.ts';
export { logGamma } from './log-gamma.ts';
export { normalCdf } from './normal-cdf.ts';
export { normalQuantile } from './normal-quantile.ts';
export { normalSurvival } from './normal-survival.ts';
export { studentTSurvival } from './student-t-survival.ts';
export { studentTUpperQuantile } from './student-t-upper-quantile.ts';
