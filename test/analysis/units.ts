import { type Moments, momentsOf, type Stratum } from '../../analysis/index.ts';

/** Moments around 0 from n, Σ and Σ². */
export function fromSums(n: number, sum: number, sumSquares: number): Moments {
  return { n, centre: [0], sums: [sum], products: [sumSquares] };
}

/** Moments of a proportion: `events` units with a 1, the others with a 0. */
export function fromCount(events: number, units: number): Moments {
  return fromSums(units, events, events);
}

/** One stratum of unit vectors by variant. */
export function stratumOf(
  arms: Readonly<Record<string, readonly (readonly number[])[]>>,
  centre: readonly number[],
): Stratum {
  return {
    arms: Object.fromEntries(
      Object.entries(arms).map(([variant, units]) => [variant, momentsOf(units, centre)]),
    ),
  };
}

/** What every comparison of these tests has in common. */
export const PAIR = { control: 'control', treatment: 'treatment', alpha: 0.05, covariate: false } as const;

/** A generator of uniform numbers in (0, 1) from a seed (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** The estimate's fields, or a failure of the test that says why there are none. */
export function estimated<T extends { kind: string }>(outcome: T): Extract<T, { kind: 'estimate' }> {
  if (outcome.kind !== 'estimate') throw new Error(`expected an estimate, had ${JSON.stringify(outcome)}`);
  return outcome as Extract<T, { kind: 'estimate' }>;
}
