import { requireFinite } from '../requirements.ts';

/** Values under a cap. */
export interface Capped {
  readonly values: readonly number[];
  /** How many of them the cap lowered. */
  readonly lowered: number;
}

/**
 * A unit total of more than the cap counts as the cap (winsorising from above). Throws an `AnalysisInputError` for a value
 * that is no finite number.
 * @param values unit totals, in the metric's unit
 * @param cap in the same unit
 * @example applyCap([1, 5, 40], 10) // { values: [1, 5, 10], lowered: 1 }
 */
export function applyCap(values: readonly number[], cap: number): Capped {
  requireFinite('cap', cap);
  values.forEach((value, i) => {
    requireFinite(`values[${i}]`, value);
  });
  return {
    values: values.map((value) => Math.min(value, cap)),
    lowered: values.filter((value) => value > cap).length,
  };
}
