import type { Moments, Stratum } from '../../analysis/index.ts';

export const METRICS = 50;
export const SEGMENTS = 20;

/** One metric in one segment: [metric, pre-period] of 4 000 to 24 000 units an arm, correlation about one half. */
export interface Cell {
  readonly control: Moments;
  readonly treatment: Moments;
}

/** The cells of a scorecard; the same ones each time. */
export function scorecard(): readonly Cell[] {
  const uniform = uniforms(7);
  return Array.from({ length: METRICS * SEGMENTS }, () => {
    const level = 1 + 20 * uniform();
    const units = 4_000 + Math.floor(20_000 * uniform());
    return { control: arm(units, level, uniform), treatment: arm(units + 17, level * 1.01, uniform) };
  });
}

/** A cell as the comparisons take it. */
export function strataOf({ control, treatment }: Cell): readonly Stratum[] {
  return [{ arms: { control, treatment } }];
}

function arm(n: number, level: number, uniform: () => number): Moments {
  const spread = 1.5 * level;
  const noise = () => (spread * (uniform() + uniform() + uniform() - 1.5) * 2) / Math.sqrt(n);
  const before = noise();
  const now = 0.5 * before + 0.87 * noise();
  const variance = spread * spread;
  return {
    n,
    centre: [level, level],
    sums: [n * now, n * before],
    products: [n * variance, n * variance * (0.45 + 0.1 * uniform()), n * variance],
  };
}

function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}
