import type { ExperimentPlan } from '../catalogue/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Until when units were watched: what tells which cohort days have had all the time that a metric gives them. */
export interface FollowUp {
  readonly dataThrough: Date;
  /** When a change ended an epoch's windows; absent where none did. */
  readonly epochEnds: ReadonlyMap<number, Date>;
}

/** The units of one day in one epoch. */
interface CohortDay {
  readonly epoch: number;
  readonly cohortDay: string;
}

export function followUpOf(plan: ExperimentPlan, dataThrough: Date): FollowUp {
  const epochs = plan.epochs.toSorted((a, b) => a.number - b.number);
  const ends = epochs.flatMap(({ number }, index): [number, Date][] => {
    const next = epochs[index + 1];
    return next === undefined ? [] : [[number, next.effectiveAt]];
  });
  return { dataThrough, epochEnds: new Map(ends) };
}

/** The end of the day, in ms: none of its units was first seen later. */
function endOfDay({ cohortDay }: CohortDay): number {
  return Date.parse(`${cohortDay}T00:00:00Z`) + DAY;
}

/**
 * Whether the windows of all units of the day have closed: so many hours after the last of them could begin, or with the
 * epoch; null: with the epoch alone.
 */
export function hasClosed(
  cohort: CohortDay,
  hours: number | null,
  { dataThrough, epochEnds }: FollowUp,
): boolean {
  const end = hours === null ? Number.POSITIVE_INFINITY : endOfDay(cohort) + Math.round(hours * HOUR);
  return Math.min(end, epochEnds.get(cohort.epoch)?.getTime() ?? end) <= dataThrough.getTime();
}

/** For how many whole intervals all units of the day were watched: from each one's first impression, none is cut. */
export function intervalsWatched(
  cohort: CohortDay,
  intervalHours: number,
  { dataThrough, epochEnds }: FollowUp,
): number {
  const until = Math.min(dataThrough.getTime(), epochEnds.get(cohort.epoch)?.getTime() ?? Infinity);
  return Math.max(0, Math.floor((until - endOfDay(cohort)) / Math.round(intervalHours * HOUR)));
}
