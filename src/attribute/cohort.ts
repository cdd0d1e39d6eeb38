import type { Population } from './attribution.ts';
import type { PlanTerms } from './plan-terms.ts';

/** What units are grouped by, in the engine's terms: epoch and arm are indexes from 1. */
export interface CohortRow {
  readonly epoch: number;
  readonly is_new: number;
  readonly cohort_day: string;
  readonly arm: number;
  /** 0 or absent: all units. */
  readonly segment?: number;
}

/** The same in the attribution's terms. */
export interface Cohort {
  readonly epoch: number;
  readonly population: Population;
  readonly cohortDay: string;
  readonly variant: string;
}

/** Two rows of one cohort have one key. */
export function cohortKey({ epoch, is_new, cohort_day, arm }: CohortRow): string {
  return `${epoch} ${is_new} ${cohort_day} ${arm}`;
}

export function cohortOf(terms: PlanTerms, row: CohortRow): Cohort {
  return {
    epoch: terms.epochs[row.epoch - 1]?.number ?? 0,
    population: row.is_new === 1 ? 'new' : 'returning',
    cohortDay: row.cohort_day,
    variant: terms.variants[0]?.[row.arm - 1] ?? '',
  };
}
