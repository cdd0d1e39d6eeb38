export type { Moments } from './moments.ts';
