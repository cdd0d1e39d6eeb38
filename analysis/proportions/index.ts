export { mantelHaenszel } from './mantel-haenszel.ts';
export { type Count, newcombeInterval } from './newcombe.ts';
export { pooledScore } from './pooled-score.ts';
export { countEvents, shareOf, shareVariance, type Table } from './proportion-tables.ts';
