export { edgeBetween } from './edge-between.ts';
export { rootAbove, rootBetween } from './root-between.ts';
