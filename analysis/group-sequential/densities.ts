import type { Continuation } from './continuation.ts';
import { type Grid, offsetsOf, POINTS_PER_PANEL } from './grid.ts';

/** Beyond this many standard deviations from the likeliest way, ways add less than 1e-12 of what it adds. */
const WINDOW = 7.5;

/** Beyond this e^(−u²) is below 1e-300. */
const FARTHEST_ROOT = 26.3;

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** The part of the look before from which a point is reached: around the straight way from 0, whatever the drift. */
export function wayTo(point: number, from: Continuation, information: number): readonly [number, number] {
  const share = from.information / information;
  const width = WINDOW * Math.sqrt(share * (information - from.information));
  return [point * share - width, point * share + width];
}

/** The density of B at a point at one look, of the mass that went on at the look before. */
export function densityAt(point: number, from: Continuation, information: number, drift: number): number {
  const step = information - from.information;
  const scale = 1 / Math.sqrt(2 * step);
  const [nearest, farthest] = wayTo(point, from, information);
  let density = 0;
  for (let i = 0; i < from.points.length; i += 1) {
    const start = from.points[i] ?? 0;
    if (start < nearest || start > farthest) continue;
    const u = (point - drift * step - start) * scale;
    density += (from.masses[i] ?? 0) * Math.exp(-u * u);
  }
  return density / (ROOT_TWO_PI * Math.sqrt(step));
}

/**
 * The same at all points of a grid. Between two panels whose middles are D apart, a point a off the middle of the one and
 * a point b off that of the other have e^(−(D+a−b)²) = e^(−D²)·e^(−2Da−a²)·e^(2Db−b²)·e^(2ab): the last factor is the same
 * for all pairs of panels, and the two before it change from panel to panel by a factor that is the same for all.
 */
export function densitiesOn(
  grid: Grid,
  from: Continuation,
  information: number,
  drift: number,
): Float64Array {
  const source = from.panels;
  if (source === null) return grid.points.map((point) => densityAt(point, from, information, drift));
  const { panels } = grid;
  const step = information - from.information;
  const scale = 1 / Math.sqrt(2 * step);
  const a = offsetsOf(panels).map((offset) => offset * scale);
  const b = offsetsOf(source).map((offset) => offset * scale);
  const coupling = couplingOf(a, b);
  const spacing = 2 * source.half * scale;
  const leavingBy = b.map((offset) => Math.exp(-2 * spacing * offset));
  const arrivingBy = a.map((offset) => Math.exp(2 * spacing * offset));
  const height = 1 / (ROOT_TWO_PI * Math.sqrt(step));
  const densities = new Float64Array(grid.points.length);
  const masses = new Float64Array(POINTS_PER_PANEL);
  const leaving = new Float64Array(POINTS_PER_PANEL);
  const arriving = new Float64Array(POINTS_PER_PANEL);
  for (let p = 0; p < panels.count; p += 1) {
    const middle = panels.lower + (2 * p + 1) * panels.half;
    const target = middle - drift * step;
    const far = panels.half + FARTHEST_ROOT / scale;
    const nearest = Math.max(wayTo(middle - panels.half, from, information)[0], target - far);
    const farthest = Math.min(wayTo(middle + panels.half, from, information)[1], target + far);
    const first = Math.max(0, Math.floor((nearest - source.lower) / (2 * source.half)));
    const last = Math.min(source.count - 1, Math.floor((farthest - source.lower) / (2 * source.half)));
    let distance = (target - source.lower - (2 * first + 1) * source.half) * scale;
    for (let i = 0; i < POINTS_PER_PANEL; i += 1) {
      const [offA, offB] = [a[i] ?? 0, b[i] ?? 0];
      leaving[i] = Math.exp((2 * distance - offB) * offB);
      arriving[i] = height * Math.exp(-(2 * distance + offA) * offA);
    }
    for (let q = first; q <= last; q += 1, distance -= spacing) {
      // Half of it on either side, so that less underflows.
      const rootOfCommon = Math.exp(-0.5 * distance * distance);
      for (let i = 0; i < POINTS_PER_PANEL; i += 1) {
        const leaves = leaving[i] ?? 0;
        masses[i] = rootOfCommon * (from.masses[q * POINTS_PER_PANEL + i] ?? 0) * leaves;
        leaving[i] = leaves * (leavingBy[i] ?? 0);
      }
      for (let j = 0; j < POINTS_PER_PANEL; j += 1) {
        // Two sums side by side, as each addition waits for the one before.
        let [even, odd] = [0, 0];
        for (let i = 0; i < POINTS_PER_PANEL; i += 2) {
          const at = j * POINTS_PER_PANEL + i;
          even += (masses[i] ?? 0) * (coupling[at] ?? 0);
          odd += (masses[i + 1] ?? 0) * (coupling[at + 1] ?? 0);
        }
        const arrives = arriving[j] ?? 0;
        const at = p * POINTS_PER_PANEL + j;
        densities[at] = (densities[at] ?? 0) + rootOfCommon * (even + odd) * arrives;
        arriving[j] = arrives * (arrivingBy[j] ?? 0);
      }
    }
  }
  return densities;
}

/** e^(2ab) for all offsets, row by row of a; they are symmetric about 0. */
function couplingOf(a: Float64Array, b: Float64Array): Float64Array {
  const [rows, columns] = [a.length, b.length];
  const coupling = new Float64Array(rows * columns);
  for (let j = 0; j < rows / 2; j += 1) {
    for (let i = 0; i < columns / 2; i += 1) {
      const value = Math.exp(2 * (a[j] ?? 0) * (b[i] ?? 0));
      coupling[j * columns + i] = value;
      coupling[(rows - 1 - j) * columns + columns - 1 - i] = value;
      coupling[(rows - 1 - j) * columns + i] = 1 / value;
      coupling[j * columns + columns - 1 - i] = 1 / value;
    }
  }
  return coupling;
}
