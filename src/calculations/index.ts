import type { Calculation } from './calculation.ts';
import { meanCalculations } from './means.ts';

export type { Calculation } from './calculation.ts';

/** Every method that can be asked for by name, in the order in which a list shows them. */
export const calculations: readonly Calculation[] = [...meanCalculations];
