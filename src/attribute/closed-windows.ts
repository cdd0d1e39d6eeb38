import type { ExperimentPlan } from '../catalogue/index.ts';
import type { Attribution, MomentsRow } from './attribution.ts';
import { followUpOf, hasClosed } from './follow-up.ts';
import { windowHoursOf } from './metric-types/index.ts';

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
  const followUp = followUpOf(plan, dataThrough);
  const isClosed = (row: Omit<MomentsRow, 'moments'>): boolean => {
    const hours = windows.get(row.metric);
    // Of a metric that the plan does not have nothing is known.
    return hours !== undefined && hasClosed(row, hours, followUp);
  };
  return { moments: moments.filter(isClosed), bins: bins.filter(isClosed) };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The first moment after `dataThrough` at which windows of some cohort day of these metrics may close; null: none will. */
export function nextClosing(
  { epochs }: Pick<ExperimentPlan, 'epochs'>,
  metrics: ExperimentPlan['metrics'],
  dataThrough: Date,
): Date | null {
  const through = dataThrough.getTime();
  const ofDays = metrics.flatMap(({ definition }) => {
    const hours = windowHoursOf(definition);
    if (hours === null) return [];
    const windowMs = Math.round(hours * HOUR);
    // A cohort day's windows are closed so long after its end.
    return [(Math.floor((through - windowMs) / DAY) + 1) * DAY + windowMs];
  });
  const changes = epochs.map(({ effectiveAt }) => effectiveAt.getTime()).filter((at) => at > through);
  const next = Math.min(...ofDays, ...changes);
  return Number.isFinite(next) ? new Date(next) : null;
}
