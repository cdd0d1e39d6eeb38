import type { Uniform } from './generator.ts';
import { figureOf, type Measurement, type Rate, rate, standardErrorOf } from './measurement.ts';

/** What is to hold of a measured figure, within three standard errors of that many repetitions. */
export type Expectation =
  /** It is this figure, which itself is known to half of its last digit (`unit`: .001 for 19.3 %). */
  | { readonly kind: 'equals'; readonly figure: number; readonly unit: number }
  | { readonly kind: 'at-most'; readonly bound: number }
  | { readonly kind: 'at-least'; readonly bound: number }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  /** Nothing is claimed: it stands beside the others so that they can be compared. */
  | { readonly kind: 'shown' };

export interface Claim {
  /** What was measured: `Fieller, 100 units an arm: intervals that hold the true lift`. */
  readonly says: string;
  readonly expected: Expectation;
  /** The figure of the design, as it is written there, where it has one. */
  readonly design?: string;
  /** What is to be said where the two differ. */
  readonly note?: string;
}

/** A measured point of a plot. */
export interface PlotPoint {
  readonly plot: string;
  readonly series: string;
  readonly x: number;
  readonly measurement: Measurement;
}

/** What a simulation found: one measurement per claim, in their order. */
export interface Findings {
  readonly measured: readonly Measurement[];
  readonly points?: readonly PlotPoint[];
}

/** One simulation and what it is to prove: a pure function of its generator and its number of repetitions. */
export interface Scenario {
  /** Kebab-case; its seed comes from it. */
  readonly name: string;
  /** The heading it stands under in the report. */
  readonly method: string;
  /** How the data are made and what is asked of them. */
  readonly about: string;
  readonly repetitions: { readonly full: number; readonly subset: number };
  readonly claims: readonly Claim[];
  simulate(uniform: Uniform, repetitions: number): Findings;
}

/** Whether what was measured agrees with what is to hold. */
export function agrees(expected: Expectation, measurement: Measurement): boolean {
  const value = figureOf(measurement);
  if (!Number.isFinite(value)) return false;
  switch (expected.kind) {
    case 'equals':
      return Math.abs(value - expected.figure) <= expected.unit / 2 + tolerance(measurement, expected.figure);
    case 'at-most':
      return value <= expected.bound + tolerance(measurement, expected.bound);
    case 'at-least':
      return value >= expected.bound - tolerance(measurement, expected.bound);
    case 'between':
      return agrees(atLeast(expected.low), measurement) && agrees(atMost(expected.high), measurement);
    case 'shown':
      return true;
  }
}

/** Three standard errors; of a rate the binomial ones of the share that is claimed. */
function tolerance(measurement: Measurement, share: number): number {
  return 3 * standardErrorOf(measurement, measurement.kind === 'rate' ? share : undefined);
}

/** `0.193` as a claim: measured to a tenth of a per cent. */
export function equals(figure: number, unit = 0.001): Expectation {
  return { kind: 'equals', figure, unit };
}

/** A false-alarm rate that must stay within its α, or any other upper bound. */
export function atMost(bound: number): Expectation {
  return { kind: 'at-most', bound };
}

/** A power or a coverage that must be reached. */
export function atLeast(bound: number): Expectation {
  return { kind: 'at-least', bound };
}

/** A figure that depends on what the metric is like, for which the design gives a range. */
export function between(low: number, high: number): Expectation {
  return { kind: 'between', low, high };
}

/** Nothing is claimed. */
export const SHOWN: Expectation = { kind: 'shown' };

/** Does something so often and counts, for each of several answers, how often it was yes. */
export function tally(
  repetitions: number,
  answers: number,
  once: (yes: (answer: number) => void) => void,
): readonly Rate[] {
  const hits = new Float64Array(answers);
  const yes = (answer: number) => {
    hits[answer] = (hits[answer] ?? 0) + 1;
  };
  for (let i = 0; i < repetitions; i += 1) once(yes);
  return Array.from(hits, (count) => rate(count, repetitions));
}
