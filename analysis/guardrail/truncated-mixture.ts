import { logBayesFactor, logMeanExp } from '../sample-ratio/index.ts';
import { logIncompleteBeta } from '../special/index.ts';
import type { Pair } from './plan.ts';

/** Which shares of the treatment the mixture puts against the boundary: those above it or those below. */
export type Side = 'above' | 'below';

/** One side of a boundary, with ln of the prior's mass there for each k. */
export interface Mixture {
  readonly boundary: Pair;
  readonly side: Side;
  readonly concentrations: readonly number[];
  readonly logPriorMass: readonly number[];
}

/** Beyond this deviance the other side's mass is below exp(−40) (Chernoff): nothing beside 1. */
const CERTAIN = 40;

/** The mixture over one side of a boundary. */
export function mixtureOver(boundary: Pair, side: Side, concentrations: readonly number[]): Mixture {
  const logPriorMass = concentrations.map((k) => logMass([k * boundary[0], k * boundary[1]], boundary, side));
  return { boundary, side, concentrations, logPriorMass };
}

/**
 * ln E of a mixture of binomial shares beyond θ0 against θ0 itself: the prior Beta(a = kθ0, b = k(1 − θ0)) truncated to the
 * side, ln B(a+S₁, b+S₀) + ln Ī(a+S₁, b+S₀) − ln B(a, b) − ln Ī(a, b) − S₁ ln θ0 − S₀ ln(1 − θ0), averaged over k.
 */
export function logTruncatedMixture(mixture: Mixture, counts: Pair): number {
  const { boundary, side, concentrations, logPriorMass } = mixture;
  if (counts[0] + counts[1] === 0) return 0;
  return logMeanExp(
    concentrations.map((k, i) => {
      const posterior: Pair = [k * boundary[0] + counts[0], k * boundary[1] + counts[1]];
      return logFactor(counts, boundary, k) + logMass(posterior, boundary, side) - (logPriorMass[i] ?? 0);
    }),
  );
}

/**
 * What `logTruncatedMixture` cannot exceed, without an incomplete beta function: where the counts lie on the other side, no
 * share of this side is likelier than θ0, so E ≤ 1; else the posterior's mass is at most 1.
 */
export function boundOnLogMixture(
  { boundary, side, concentrations, logPriorMass }: Mixture,
  counts: Pair,
): number {
  if (!liesOn(side, excess(counts, boundary))) return 0;
  return logMeanExp(concentrations.map((k, i) => logFactor(counts, boundary, k) - (logPriorMass[i] ?? 0)));
}

function logFactor(counts: Pair, boundary: Pair, k: number): number {
  return logBayesFactor(counts, boundary, [k * boundary[0], k * boundary[1]]);
}

/** ln of the mass of Beta(posterior) on a side of the boundary. */
function logMass(posterior: Pair, boundary: Pair, side: Side): number {
  const surplus = excess(posterior, boundary);
  if (liesOn(side, surplus) && devianceFrom(posterior, boundary, surplus) > CERTAIN) return 0;
  return side === 'below'
    ? logIncompleteBeta(boundary[0], posterior[0], posterior[1], boundary[1])
    : logIncompleteBeta(boundary[1], posterior[1], posterior[0], boundary[0]);
}

/** The treatment's counts beyond those expected at the boundary. */
function excess([treatment, control]: Pair, [share, rest]: Pair): number {
  return treatment * rest - control * share;
}

function liesOn(side: Side, surplus: number): boolean {
  return side === 'above' ? surplus > 0 : surplus < 0;
}

/** N·KL of the counts' share from the boundary. */
function devianceFrom([treatment, control]: Pair, [share, rest]: Pair, surplus: number): number {
  const n = treatment + control;
  return treatment * Math.log1p(surplus / (n * share)) + control * Math.log1p(-surplus / (n * rest));
}
