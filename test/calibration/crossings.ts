import type { Uniform } from './generator.ts';

/** At each number of units, the least and the largest count of one arm that does not yet raise the alarm. */
export interface Crossings {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Where a test of one arm's count raises its alarm, for every number of units: simulations then look at every unit at the
 * price of a comparison. Asks the test itself; from one number of units to the next its bounds move by little.
 * @param share of the units that the arm gets if all is well
 * @param alarms whether the test calls this count an alarm; only further from n·share if it does so nearer
 */
export function crossings(
  units: number,
  share: number,
  alarms: (count: number, n: number) => boolean,
): Crossings {
  const lower = new Float64Array(units + 1);
  const upper = new Float64Array(units + 1);
  let [low, high] = [0, 0];
  for (let n = 1; n <= units; n += 1) {
    const middle = n * share;
    high = Math.min(n, Math.max(high, Math.ceil(middle)));
    while (high < n && !alarms(high + 1, n)) high += 1;
    while (high > middle && alarms(high, n)) high -= 1;
    low = Math.min(low + 1, Math.floor(middle));
    while (low > 0 && !alarms(low - 1, n)) low -= 1;
    while (low < middle && alarms(low, n)) low += 1;
    lower[n] = low;
    upper[n] = high;
  }
  return { lower, upper };
}

/** The same bounds where several tests watch together: nobody alarms inside of all of them. */
function together(tests: readonly Crossings[]): Crossings {
  const [first, ...others] = tests;
  const lower = Float64Array.from(first?.lower ?? []);
  const upper = Float64Array.from(first?.upper ?? []);
  for (const other of others) {
    for (let n = 0; n < lower.length; n += 1) {
      lower[n] = Math.max(lower[n] ?? 0, other.lower[n] ?? 0);
      upper[n] = Math.min(upper[n] ?? 0, other.upper[n] ?? 0);
    }
  }
  return { lower, upper };
}

/**
 * A walk that lets several tests watch one count, and says after how many units each first alarmed; infinite where it
 * never did.
 */
export function watcher(
  tests: readonly Crossings[],
): (uniform: Uniform, share: number, units: number) => number[] {
  const combined = new Map<number, Crossings>();
  const boundsOf = (waiting: number) => {
    const found = combined.get(waiting) ?? together(tests.filter((_, i) => waiting & (1 << i)));
    combined.set(waiting, found);
    return found;
  };
  return (uniform, share, units) => {
    const first = tests.map(() => Number.POSITIVE_INFINITY);
    let waiting = (1 << tests.length) - 1;
    let { lower, upper } = boundsOf(waiting);
    let count = 0;
    for (let n = 1; n <= units && waiting > 0; n += 1) {
      if (uniform() < share) count += 1;
      if (count >= (lower[n] ?? 0) && count <= (upper[n] ?? 0)) continue;
      tests.forEach((test, i) => {
        const inside = count >= (test.lower[n] ?? 0) && count <= (test.upper[n] ?? 0);
        if (inside || !(waiting & (1 << i))) return;
        first[i] = n;
        waiting &= ~(1 << i);
      });
      if (waiting > 0) ({ lower, upper } = boundsOf(waiting));
    }
    return first;
  };
}

/**
 * The exact probability that a test alarms at any number of units, by carrying the distribution of the count from unit to
 * unit: what a simulation of so many units must agree with.
 */
export function exactAlarmRate({ lower, upper }: Crossings, share: number, units: number): number {
  let mass = new Float64Array(units + 2);
  let next = new Float64Array(units + 2);
  mass[0] = 1;
  let [low, high] = [0, 0];
  let alarmed = 0;
  for (let n = 1; n <= units; n += 1) {
    next.fill(0, Math.max(0, low - 1), high + 3);
    for (let count = low; count <= high + 1; count += 1) {
      const stays = (mass[count] ?? 0) * (1 - share);
      const moves = count > 0 ? (mass[count - 1] ?? 0) * share : 0;
      next[count] = stays + moves;
    }
    high += 1;
    for (; low < (lower[n] ?? 0); low += 1) {
      alarmed += next[low] ?? 0;
      next[low] = 0;
    }
    for (; high > (upper[n] ?? 0); high -= 1) {
      alarmed += next[high] ?? 0;
      next[high] = 0;
    }
    [mass, next] = [next, mass];
  }
  return alarmed;
}
