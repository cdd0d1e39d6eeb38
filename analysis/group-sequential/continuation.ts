import { normalSurvival } from '../special/index.ts';
import { densitiesOn, wayTo } from './densities.ts';
import { type Fineness, gridOver, type Panels } from './grid.ts';

/** Beyond this many standard deviations a normal tail is below 1e-300: no alpha is spent there. */
const FARTHEST = 37.5;

/**
 * How far below its mean, in standard deviations, a process that may only stop above is followed: what lies lower has a
 * share of less than 1e-12 in every later crossing.
 */
const FAR_BELOW = 7.5;

/** A Brownian motion B with drift per unit of information that has not stopped up to a look: its mass, at points of B. */
export interface Continuation {
  readonly information: number;
  /** Ascending. */
  readonly points: Float64Array;
  readonly masses: Float64Array;
  /** The panels in which the points lie; null where they lie in none. */
  readonly panels: Panels | null;
}

/** Where a process goes on at a look, as z = B/√information: strictly between the two; null where nothing stops it. */
export interface Region {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Before the first look: all mass is at 0. */
export const START: Continuation = {
  information: 0,
  points: new Float64Array(1),
  masses: Float64Array.of(1),
  panels: null,
};

/**
 * One step of the recursion of Armitage, McPherson & Rowe (1969, "Repeated significance tests on accumulating data", JRSS
 * A 132, 235–244): from the mass that goes on at one look to the mass that goes on at the next one.
 * @param following information of the look after that, which decides how fine the points must be; null after the last one
 */
export function advance(
  from: Continuation,
  information: number,
  region: Region,
  drift: number,
  following: number | null,
  fineness: Fineness = 'fine',
): Continuation {
  const step = information - from.information;
  const root = Math.sqrt(information);
  const lower =
    region.lower === null ? drift * information - FAR_BELOW * root : Math.max(region.lower, -FARTHEST) * root;
  const upper = Math.min(region.upper ?? FARTHEST, FARTHEST) * root;
  if (!(lower < upper))
    return { ...START, information, points: new Float64Array(0), masses: new Float64Array(0) };
  // The product of this look's density, as smooth as its last increment, and of the following increment's.
  const scale = 1 / Math.sqrt(1 / step + (following === null ? 0 : 1 / (following - information)));
  const grid = gridOver(lower, upper, scale, fineness);
  const masses = densitiesOn(grid, from, information, drift);
  for (let i = 0; i < masses.length; i += 1) masses[i] = (masses[i] ?? 0) * (grid.weights[i] ?? 0);
  return { information, points: grid.points, masses, panels: grid.panels };
}

/** The probability of z or more at a look, of the mass that went on at the look before. */
export function massAbove(z: number, from: Continuation, information: number, drift: number): number {
  const step = information - from.information;
  const point = z * Math.sqrt(information);
  const [nearest] = wayTo(point, from, information);
  const sd = Math.sqrt(step);
  let mass = 0;
  for (let i = 0; i < from.points.length; i += 1) {
    const start = from.points[i] ?? 0;
    if (start < nearest) continue;
    mass += (from.masses[i] ?? 0) * normalSurvival((point - start - drift * step) / sd);
  }
  return mass;
}

/** The probability of z or less at a look, of the mass that went on at the look before. */
export function massBelow(z: number, from: Continuation, information: number, drift: number): number {
  const mirrored = { ...from, points: from.points.map((point) => -point) };
  return massAbove(-z, mirrored, information, -drift);
}
