export { type ArmSummary, armSummary } from './arm-summary.ts';
export { centredMomentsOf } from './centred-moments.ts';
export { mergeMoments, subtractMoments } from './combine-moments.ts';
export { centredProduct, covarianceOf, type LinearForm, meanOf } from './linear-form.ts';
export { addUnit, emptyMoments, type Moments, momentsOf } from './moments.ts';
export { requireMoments } from './require-moments.ts';
