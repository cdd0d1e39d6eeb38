export { Eraser } from './eraser.ts';
export { ErasureBatches } from './erasure-batches.ts';
