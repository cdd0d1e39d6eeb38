export { benjaminiHochberg } from './benjamini-hochberg.ts';
export { type DecisionErrorRates, type DecisionPlan, decisionErrorRates } from './decision-error-rates.ts';
export { type EDiscovery, eBenjaminiHochberg } from './e-benjamini-hochberg.ts';
export { epochAlpha, epochShare } from './epoch-alpha.ts';
export { holm } from './holm.ts';
