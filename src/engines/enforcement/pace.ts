import type { ImpressionsSeen } from './impressions-since.ts';

const DENSE_MS = [200, 500, 1_000, 2_000, 5_000];
const CONFIRM_MS = 2_000;
const ESCALATED_MS = 10_000;
const WATCH_MS = 30_000;
const WATCH_LATER_MS = 300_000;
const SOON_MS = 3_600_000;

/** How long to wait after so many attempts that failed; the engine may ask for more. */
export function retryAfterMs(attempts: number, escalated: boolean, wantedMs: number): number {
  const own = escalated ? ESCALATED_MS : (DENSE_MS[attempts - 1] ?? 5_000);
  return Math.max(own, wantedMs);
}

/** How long until the impressions are looked at again. */
export function confirmAfterMs(escalated: boolean): number {
  return escalated ? ESCALATED_MS : CONFIRM_MS;
}

/** How long until one is looked at again that has stopped: often in the first hour. */
export function watchAfterMs(confirmedAt: Date, now: Date): number {
  return now.getTime() - confirmedAt.getTime() < SOON_MS ? WATCH_MS : WATCH_LATER_MS;
}

/** Since when impressions are looked at: twice the longest time between two looks, and some for those that come late. */
export function watchSince(confirmedAt: Date, now: Date): Date {
  return new Date(Math.max(confirmedAt.getTime(), now.getTime() - 3 * WATCH_LATER_MS));
}

/**
 * Whether the impressions show that a treatment is met no more: for so long others have come, and none of it. Silence
 * alone shows nothing, because what sends impressions may have stopped.
 */
export function hasStopped(seen: ImpressionsSeen, acknowledgedAt: Date, quietMs: number): boolean {
  const from = Math.max(acknowledgedAt.getTime(), seen.last?.getTime() ?? 0);
  return seen.heard !== null && seen.heard.getTime() >= from + quietMs;
}

/** What the impressions show, for a person. */
export function silenceOf(treatment: string, seen: ImpressionsSeen): string {
  const last = seen.last === null ? null : seen.last.toISOString();
  if (seen.heard === null && last === null)
    return 'No impression of the flag since the decision, so that nothing shows whether it stopped; look at the callers.';
  if (last === null) return `No impression of "${treatment}" since the decision.`;
  return seen.heard !== null && seen.heard > (seen.last ?? seen.heard)
    ? `No impression of "${treatment}" since ${last}, while others came.`
    : `"${treatment}" was last met at ${last}, and nothing else since.`;
}
