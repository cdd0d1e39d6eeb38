export { adjustForm } from './adjust-form.ts';
export { covariateCoefficients } from './coefficients.ts';
export { withMissingIndicator } from './missing-indicator.ts';
