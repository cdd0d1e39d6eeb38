import type { RiskRow, RiskTable } from '../../analysis/index.ts';
import { type BinsRow, type FollowUp, intervalsWatched, unitsOf } from '../attribute/index.ts';

/** How a time to an event is counted. */
export interface Intervals {
  readonly windowHours: number;
  readonly intervalHours: number;
}

/** One epoch's risk tables, by variant; a row's day is the number of the interval, from 1. */
export interface EpochTables {
  readonly epoch: number;
  readonly tables: ReadonlyMap<string, RiskTable>;
}

/** The number of the window's last interval. */
export function lastInterval({ windowHours, intervalHours }: Intervals): number {
  return Math.round(windowHours / intervalHours);
}

/**
 * The risk tables of the new units, ascending by epoch. The units of a cohort day are watched for as many whole intervals
 * as have passed for all of them: none of their later events count, since the others could not have shown theirs yet.
 */
export function epochTables(
  rows: readonly BinsRow[],
  intervals: Intervals,
  followUp: FollowUp,
): EpochTables[] {
  const epochs = Map.groupBy(
    rows.filter((row) => row.population === 'new'),
    (row) => row.epoch,
  );
  return [...epochs]
    .sort(([a], [b]) => a - b)
    .map(([epoch, own]) => {
      const arms = [...Map.groupBy(own, (row) => row.variant)];
      return {
        epoch,
        tables: new Map(arms.map(([variant, cohorts]) => [variant, riskTable(cohorts, intervals, followUp)])),
      };
    });
}

function riskTable(cohorts: readonly BinsRow[], intervals: Intervals, followUp: FollowUp): RiskTable {
  const last = lastInterval(intervals);
  const watched = cohorts.map((cohort) => ({
    left: unitsOf(cohort.bins),
    events: new Map(cohort.bins.map(({ bin, units }) => [bin, units])),
    until: Math.min(last, intervalsWatched(cohort, intervals.intervalHours, followUp)),
  }));
  const table: RiskRow[] = [];
  for (let day = 1; day <= last; day += 1) {
    let atRisk = 0;
    let events = 0;
    for (const cohort of watched) {
      if (cohort.until < day) continue;
      const own = cohort.events.get(day) ?? 0;
      atRisk += cohort.left;
      events += own;
      cohort.left -= own;
    }
    if (atRisk === 0) break;
    table.push({ day, atRisk, events });
  }
  return table;
}
