export { mantelHaenszel } from './mantel-haenszel.ts';
export { miettinenNurminenInterval, miettinenNurminenZ } from './miettinen-nurminen.ts';
export {
  miettinenNurminenRatioInterval,
  miettinenNurminenRatioZ,
  type RatioInterval,
} from './miettinen-nurminen-ratio.ts';
export { type Count, newcombeInterval } from './newcombe.ts';
export { pooledScore } from './pooled-score.ts';
export { countEvents, shareOf, type Table } from './proportion-tables.ts';
export { requireTable } from './require-table.ts';
