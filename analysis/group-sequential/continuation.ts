import { normalSurvival } from '../special/index.ts';
import { gridOver } from './grid.ts';

/** Beyond this many standard deviations a normal tail is below 1e-300: no alpha is spent there. */
const FARTHEST = 37.5;

/**
 * How far below its mean, in standard deviations, a process that may only stop above is followed: what lies lower has a
 * share of less than 1e-12 in every later crossing.
 */
const FAR_BELOW = 7.5;

/** Beyond this many standard deviations from the likeliest way, ways add less than 1e-12 of what it adds. */
const WINDOW = 7.5;

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** A Brownian motion B with drift per unit of information that has not stopped up to a look: its mass, at points of B. */
export interface Continuation {
  readonly information: number;
  /** Ascending. */
  readonly points: Float64Array;
  readonly masses: Float64Array;
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
): Continuation {
  const step = information - from.information;
  const root = Math.sqrt(information);
  const lower =
    region.lower === null ? drift * information - FAR_BELOW * root : Math.max(region.lower, -FARTHEST) * root;
  const upper = Math.min(region.upper ?? FARTHEST, FARTHEST) * root;
  if (!(lower < upper)) return { information, points: new Float64Array(0), masses: new Float64Array(0) };
  // The product of this look's density, as smooth as its last increment, and of the following increment's.
  const scale = 1 / Math.sqrt(1 / step + (following === null ? 0 : 1 / (following - information)));
  const { points, weights } = gridOver(lower, upper, scale);
  const masses = densitiesAt(points, from, information, drift);
  for (let i = 0; i < masses.length; i += 1) masses[i] = (masses[i] ?? 0) * (weights[i] ?? 0);
  return { information, points, masses };
}

/** The density of B at one look at ascending points, of the mass that went on at the look before. */
export function densitiesAt(
  points: Float64Array,
  from: Continuation,
  information: number,
  drift: number,
): Float64Array {
  const step = information - from.information;
  const scale = 1 / Math.sqrt(2 * step);
  // Given where B is now, where it was before is normal around the straight way from 0, whatever the drift.
  const share = from.information / information;
  const width = WINDOW * Math.sqrt(share * step);
  const result = new Float64Array(points.length);
  let first = 0;
  for (let j = 0; j < points.length; j += 1) {
    const point = points[j] ?? 0;
    const target = point - drift * step;
    while (first < from.points.length && (from.points[first] ?? 0) < point * share - width) first += 1;
    let density = 0;
    for (let i = first; i < from.points.length; i += 1) {
      const start = from.points[i] ?? 0;
      if (start > point * share + width) break;
      const u = (target - start) * scale;
      density += (from.masses[i] ?? 0) * Math.exp(-u * u);
    }
    result[j] = density / (ROOT_TWO_PI * Math.sqrt(step));
  }
  return result;
}

/** The probability of z or more at a look, of the mass that went on at the look before. */
export function massAbove(z: number, from: Continuation, information: number, drift: number): number {
  const step = information - from.information;
  const point = z * Math.sqrt(information);
  const share = from.information / information;
  const nearest = point * share - WINDOW * Math.sqrt(share * step);
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
