export { deviance } from './deviance.ts';
export { log1pMinus } from './log1p-minus.ts';
export { stirlingError } from './stirling-error.ts';
