import type { Arrivals } from './treatment-state.ts';

/** How long what has arrived counts towards the rate. */
const MEMORY_MS = 600_000;
/** So many units missing have a chance of exp(−20) where they come at random. */
const MISSING_UNITS = 20;

/** The arrivals after a look at the units of an epoch. */
export function observeArrivals(
  before: Arrivals | null,
  { epoch, effectiveAt, units, now }: { epoch: number; effectiveAt: string; units: number; now: string },
): Arrivals {
  if (before === null || before.epoch !== epoch) {
    const ms = Math.max(1000, Date.parse(now) - Date.parse(effectiveAt));
    return { epoch, units, at: now, recentUnits: units, recentMs: ms };
  }
  if (units <= before.units) return before;
  const ms = Math.max(0, Date.parse(now) - Date.parse(before.at));
  const kept = Math.exp(-ms / MEMORY_MS);
  return {
    epoch,
    units,
    at: now,
    recentUnits: before.recentUnits * kept + (units - before.units),
    recentMs: before.recentMs * kept + ms,
  };
}

/**
 * How many seconds no new unit has come, where so many were to be expected that this is no chance; null where it may be.
 * The flow is taken to have gone on as of late; what came in one burst is no flow.
 */
export function silenceOf(arrivals: Arrivals, now: string, staleAfterSeconds: number): number | null {
  const silentMs = Date.parse(now) - Date.parse(arrivals.at);
  const limitMs = staleAfterSeconds * 1000;
  if (silentMs <= limitMs || arrivals.recentMs < limitMs) return null;
  const expected = (arrivals.recentUnits / arrivals.recentMs) * silentMs;
  return expected >= MISSING_UNITS ? silentMs / 1000 : null;
}

/** From when on {@link silenceOf} says so, if nothing comes any more: in ms of the clock; null: never. */
export function silentFrom(arrivals: Arrivals, staleAfterSeconds: number): number | null {
  const { recentUnits, recentMs } = arrivals;
  const limitMs = staleAfterSeconds * 1000;
  if (recentMs < limitMs || recentUnits <= 0) return null;
  const missingMs = Math.ceil((MISSING_UNITS * recentMs) / recentUnits);
  return Date.parse(arrivals.at) + Math.max(limitMs + 1, missingMs);
}
