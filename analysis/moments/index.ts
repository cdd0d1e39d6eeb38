export { type ArmSummary, armSummary } from './arm-summary.ts';
export { centredProduct, covarianceOf, type LinearForm, meanOf } from './linear-form.ts';
export {
  addUnit,
  emptyMoments,
  type Moments,
  mergeMoments,
  momentsOf,
  productIndex,
  requireMoments,
  subtractMoments,
} from './moments.ts';
