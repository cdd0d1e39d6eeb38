export { type EventCount, type ExactConditional, exactConditional } from './exact-conditional.ts';
export { type FisherExact, fisherExact } from './fisher-exact.ts';
