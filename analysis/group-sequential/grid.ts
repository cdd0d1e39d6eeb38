/** Abscissae in (0, 1) and weights of Gauss and Legendre's rule of 16 points on [−1, 1]; it is symmetric (A&S 25.4.30). */
const ABSCISSAE = [
  0.09501250983763744, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438, 0.755404408355003,
  0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
] as const;
const WEIGHTS = [
  0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767, 0.1246289712555339,
  0.09515851168249279, 0.06225352393864789, 0.02715245941175409,
] as const;

export const POINTS_PER_PANEL = 2 * ABSCISSAE.length;

/** Fine: integrals of a Gaussian to about 1e-12 of its mass. Coarse: to about 1e-6 of it, for roots to start from. */
export type Fineness = 'fine' | 'coarse';

/** In standard deviations of the Gaussian. */
const PANEL_WIDTHS = { fine: 8, coarse: 18 } as const;

/** Points, ascending, and weights of a quadrature rule in panels of equal width. */
export interface Grid {
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly panels: Panels;
}

/** Where the points of a grid lie: `POINTS_PER_PANEL` in each panel, at the same offsets from its middle. */
export interface Panels {
  readonly lower: number;
  readonly half: number;
  readonly count: number;
}

/** The composite Gauss–Legendre rule on [lower, upper] for smooth functions that vary on the given scale. */
export function gridOver(lower: number, upper: number, scale: number, fineness: Fineness): Grid {
  const count = Math.max(1, Math.ceil((upper - lower) / (PANEL_WIDTHS[fineness] * scale)));
  const half = (upper - lower) / count / 2;
  const points = new Float64Array(count * POINTS_PER_PANEL);
  const weights = new Float64Array(count * POINTS_PER_PANEL);
  for (let panel = 0; panel < count; panel += 1) {
    const middle = lower + (2 * panel + 1) * half;
    const centre = panel * POINTS_PER_PANEL + ABSCISSAE.length;
    ABSCISSAE.forEach((abscissa, i) => {
      const weight = half * (WEIGHTS[i] ?? 0);
      points[centre + i] = middle + half * abscissa;
      points[centre - 1 - i] = middle - half * abscissa;
      weights[centre + i] = weight;
      weights[centre - 1 - i] = weight;
    });
  }
  return { points, weights, panels: { lower, half, count } };
}

/** How far the points of any panel are off its middle, ascending. */
export function offsetsOf({ half }: Panels): Float64Array {
  const offsets = new Float64Array(POINTS_PER_PANEL);
  ABSCISSAE.forEach((abscissa, i) => {
    offsets[ABSCISSAE.length + i] = half * abscissa;
    offsets[ABSCISSAE.length - 1 - i] = -half * abscissa;
  });
  return offsets;
}
