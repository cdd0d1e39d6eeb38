import type { Epoch, ExperimentPlan } from '../catalogue/index.ts';
import type { Attribution, MomentsRow } from './attribution.ts';
import { windowHoursOf } from './metric-types/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The rows of those cohort days alone all of whose units' windows are over at `dataThrough`: what is added to them later
 * comes of rows that were received late. A window without an end is over when a change has ended its epoch.
 */
export function closedWindows(
  plan: ExperimentPlan,
  { moments, bins, dataThrough }: Pick<Attribution, 'moments' | 'bins' | 'dataThrough'>,
): Pick<Attribution, 'moments' | 'bins'> {
  const windows = new Map(
    plan.metrics.map(({ definition }) => [definition.key, windowHoursOf(definition)] as const),
  );
  const ends = endsOfEpochs(plan.epochs);
  const isClosed = ({ metric, epoch, cohortDay }: Omit<MomentsRow, 'moments'>): boolean => {
    const hours = windows.get(metric);
    // Of a metric that the plan does not have nothing is known.
    if (hours === undefined) return false;
    // Of the last unit that the day may have.
    const longest = hours === null ? Number.POSITIVE_INFINITY : Math.round(hours * HOUR);
    const lastEnd = Date.parse(`${cohortDay}T00:00:00Z`) + DAY + longest;
    return Math.min(lastEnd, ends.get(epoch) ?? Number.POSITIVE_INFINITY) <= dataThrough.getTime();
  };
  return { moments: moments.filter(isClosed), bins: bins.filter(isClosed) };
}

/** When a change ends each epoch's windows, by its number; absent for the last one. */
function endsOfEpochs(epochs: readonly Epoch[]): Map<number, number> {
  const inOrder = epochs.toSorted((a, b) => a.number - b.number);
  return new Map(
    inOrder.slice(1).map((next, index) => [inOrder[index]?.number ?? 0, next.effectiveAt.getTime()]),
  );
}
