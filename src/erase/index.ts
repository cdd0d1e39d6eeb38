export { EraseModule } from './erase.module.ts';
export type { Erasure } from './erasure.ts';
export { Erasures } from './erasures.ts';
