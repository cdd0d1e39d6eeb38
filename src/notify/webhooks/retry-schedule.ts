/** Seconds until the next attempt after so many failed ones in a row, the last for all further ones. */
const OF_BREACH = [1, 2, 5, 10, 20, 30, 60];
const OF_OTHERS = [2, 5, 15, 30, 60, 120, 300];
/** An endpoint that has failed for long is asked rarely; it is asked at once when there is a new breach. */
const LONG_MS = 24 * 3600 * 1000;
const AFTER_LONG_SECONDS = 900;
/** However long an endpoint asks to be left alone. */
const MOST_ASKED_MS = 60_000;

export interface Failing {
  /** In a row, the latest included; at least 1. */
  readonly failures: number;
  readonly failingForMs: number;
  readonly breachWaits: boolean;
  readonly retryAfterMs: number | null;
}

/** How long to wait before an endpoint that has failed is tried again, in milliseconds. */
export function retryDelayMs({ failures, failingForMs, breachWaits, retryAfterMs }: Failing): number {
  const schedule = breachWaits ? OF_BREACH : OF_OTHERS;
  const usual = schedule[Math.min(failures, schedule.length) - 1] ?? AFTER_LONG_SECONDS;
  const seconds = failingForMs > LONG_MS ? AFTER_LONG_SECONDS : usual;
  return Math.max(seconds * 1000, Math.min(retryAfterMs ?? 0, MOST_ASKED_MS));
}
